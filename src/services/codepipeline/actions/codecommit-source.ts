import { writeCloneRef } from '../../codebuild/index.ts';
import type { CodeCommitRoom, CommitInfo } from '../../codecommit/index.ts';
import type { S3Room } from '../../s3/index.ts';
import { type ActionTypeSpec, HOUR } from '../model/action-type.ts';
import type { StoredArtifact } from '../store/artifacts.ts';
import { ActionFailure, type ActionProvider, type Job } from './provider.ts';
import { storeObject } from './store-object.ts';

const MAX_SUMMARY = 2048;

export const CODECOMMIT_SOURCE: ActionTypeSpec = {
  id: { category: 'Source', owner: 'AWS', provider: 'CodeCommit', version: '1' },
  configuration: [
    { name: 'RepositoryName', required: true, description: 'The repository' },
    { name: 'BranchName', required: true, description: 'The branch whose changes are released' },
    {
      name: 'PollForSourceChanges',
      type: 'Boolean',
      description: 'Start at each push; true unless given. False where an event rule does it',
    },
    {
      name: 'OutputArtifactFormat',
      values: ['CODE_ZIP', 'CODEBUILD_CLONE_REF'],
      description:
        'CODE_ZIP: the files without history; CODEBUILD_CLONE_REF: a full clone, for CodeBuild only',
    },
  ],
  inputs: { min: 0, max: 0 },
  outputs: { min: 1, max: 1 },
  timeoutMs: HOUR,
};

/** Source from a repository: the files of one commit as a zip. */
export function codeCommitSource(deps: {
  readonly codecommit: CodeCommitRoom;
  readonly s3: S3Room;
}): ActionProvider {
  return {
    spec: CODECOMMIT_SOURCE,
    async start(job) {
      const repository = job.configuration['RepositoryName'] ?? '';
      const branch = job.configuration['BranchName'] ?? '';
      const commit = await findCommit(deps.codecommit, job, repository, branch);
      const [output] = job.outputs;
      if (output) await putArtifact(deps, job, output, repository, commit.commitId);
      const summary = commit.message.slice(0, MAX_SUMMARY);
      return {
        kind: 'finished',
        externalId: commit.commitId,
        summary,
        revision: {
          id: commit.commitId,
          changeIdentifier: commit.commitId,
          created: commit.committerDate,
          ...(summary === '' ? {} : { summary }),
        },
        variables: {
          AuthorDate: new Date(commit.authorDate).toISOString(),
          BranchName: branch,
          CommitId: commit.commitId,
          CommitMessage: commit.message,
          CommitterDate: new Date(commit.committerDate).toISOString(),
          RepositoryName: repository,
        },
      };
    },
    async stop() {},
  };
}

async function putArtifact(
  { codecommit, s3 }: { readonly codecommit: CodeCommitRoom; readonly s3: S3Room },
  job: Job,
  output: StoredArtifact,
  repositoryName: string,
  commitId: string,
): Promise<void> {
  const { account } = job.home;
  if (job.configuration['OutputArtifactFormat'] === 'CODEBUILD_CLONE_REF') {
    const { body, contentType } = writeCloneRef({ ...job.scope, repositoryName, commitId });
    await storeObject(s3, account, output, body, { contentType });
    return;
  }
  const zip = await codecommit.archiveZip(job.scope, repositoryName, commitId);
  await storeObject(s3, account, output, zip, { contentType: 'application/zip' });
}

async function findCommit(
  codecommit: CodeCommitRoom,
  job: Job,
  repository: string,
  branch: string,
): Promise<CommitInfo> {
  if (job.wanted && job.wanted.type !== 'COMMIT_ID') {
    throw new ActionFailure(
      'ConfigurationError',
      `A CodeCommit source takes a COMMIT_ID, not ${job.wanted.type}`,
    );
  }
  if (job.wanted) {
    const commit = await codecommit.commit(job.scope, repository, job.wanted.value);
    if (commit) return commit;
    throw new ActionFailure(
      'RevisionUnavailable',
      `There is no commit ${job.wanted.value} in the repository ${repository}`,
    );
  }
  const head = await codecommit.branchHead(job.scope, repository, branch);
  if (head) return head;
  throw new ActionFailure(
    'ConfigurationError',
    `There is no branch ${branch} in the repository ${repository}: the repository is missing or empty, or has no such branch`,
  );
}
