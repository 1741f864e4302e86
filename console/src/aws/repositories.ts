import {
  BatchGetRepositoriesCommand,
  CodeCommitClient,
  type Commit,
  GetBlobCommand,
  GetBranchCommand,
  GetCommitCommand,
  GetDifferencesCommand,
  GetFileCommand,
  GetFolderCommand,
  GetRepositoryCommand,
  ListBranchesCommand,
  ListRepositoriesCommand,
} from '@aws-sdk/client-codecommit';
import { clientSettings, lazily } from './client-settings.ts';
import { allPages, inBatches } from './pages.ts';

const client = lazily(() => new CodeCommitClient(clientSettings()));

export async function listRepositories() {
  const names = await allPages(
    (nextToken) =>
      client().send(new ListRepositoriesCommand({ nextToken, sortBy: 'repositoryName', order: 'ascending' })),
    (page) => page.repositories,
    (page) => page.nextToken,
  );
  return inBatches(
    names.flatMap((each) => each.repositoryName ?? []),
    100,
    async (repositoryNames) =>
      (await client().send(new BatchGetRepositoriesCommand({ repositoryNames }))).repositories,
  );
}

export async function getRepository(repositoryName: string) {
  return (await client().send(new GetRepositoryCommand({ repositoryName }))).repositoryMetadata;
}

export const listBranches = (repositoryName: string) =>
  allPages(
    (nextToken) => client().send(new ListBranchesCommand({ repositoryName, nextToken })),
    (page) => page.branches,
    (page) => page.nextToken,
  );

export async function getBranchTip(repositoryName: string, branchName: string) {
  return (await client().send(new GetBranchCommand({ repositoryName, branchName }))).branch?.commitId;
}

export const getFolder = (repositoryName: string, commitSpecifier: string, folderPath: string) =>
  client().send(new GetFolderCommand({ repositoryName, commitSpecifier, folderPath }));

export const getFile = (repositoryName: string, commitSpecifier: string, filePath: string) =>
  client().send(new GetFileCommand({ repositoryName, commitSpecifier, filePath }));

export async function getBlob(repositoryName: string, blobId: string) {
  return (await client().send(new GetBlobCommand({ repositoryName, blobId }))).content;
}

export async function getCommit(repositoryName: string, commitId: string): Promise<Commit> {
  const { commit } = await client().send(new GetCommitCommand({ repositoryName, commitId }));
  if (commit === undefined) throw new Error(`The server answered no commit for ${commitId}.`);
  return commit;
}

/** What a commit changed against its first parent, or everything for a first commit. */
export const listDifferences = (repositoryName: string, before: string | undefined, after: string) =>
  allPages(
    (NextToken) =>
      client().send(
        new GetDifferencesCommand({
          repositoryName,
          beforeCommitSpecifier: before,
          afterCommitSpecifier: after,
          NextToken,
        }),
      ),
    (page) => page.differences,
    (page) => page.NextToken,
  );
