import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query';
import { found } from '../../aws/found.ts';
import * as aws from '../../aws/repositories.ts';
import type { Watch } from '../../live/watch.ts';

const ALL: readonly Watch[] = [{ topic: 'codecommit.repository' }];
const of = (id: string): readonly Watch[] => [{ topic: 'codecommit.repository', id }];

const COMMITS_PAGE = 25;

export const repositoriesQuery = () =>
  queryOptions({ queryKey: ['repositories'], queryFn: aws.listRepositories, meta: { watch: ALL } });

export const repositoryQuery = (name: string) =>
  queryOptions({
    queryKey: ['repository', name],
    queryFn: async () => found(await aws.getRepository(name), `There is no repository ${name}.`),
    meta: { watch: of(name) },
  });

export const branchesQuery = (name: string) =>
  queryOptions({
    queryKey: ['branches', name],
    queryFn: async () => (await aws.listBranches(name)).toSorted(),
    meta: { watch: of(name) },
  });

export const entryQuery = (name: string, branch: string, path: string) =>
  queryOptions({
    queryKey: ['entry', name, branch, path],
    queryFn: () => readEntry(name, branch, path),
    meta: { watch: of(name) },
  });

/** Commits from a branch's tip along first parents; each page begins where the one before ended. */
export const commitsQuery = (name: string, branch: string) =>
  infiniteQueryOptions({
    queryKey: ['commits', name, branch],
    queryFn: ({ pageParam }) => readCommits(name, branch, pageParam),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.next,
    meta: { watch: of(name) },
  });

export const commitQuery = (name: string, id: string) =>
  queryOptions({
    queryKey: ['commit', name, id],
    queryFn: () => aws.getCommit(name, id),
    staleTime: Infinity,
  });

export const differencesQuery = (name: string, before: string | undefined, after: string) =>
  queryOptions({
    queryKey: ['differences', name, before ?? '', after],
    queryFn: () => aws.listDifferences(name, before, after),
    staleTime: Infinity,
  });

/** A blob never changes. */
export const blobQuery = (name: string, blobId: string) =>
  queryOptions({
    queryKey: ['blob', name, blobId],
    queryFn: async () => (await aws.getBlob(name, blobId)) ?? new Uint8Array(),
    staleTime: Infinity,
  });

/** A path does not say whether it is a file; the folder that it stands in does. */
async function readEntry(name: string, branch: string, path: string) {
  const parent = path.includes('/') ? path.slice(0, path.lastIndexOf('/')) : '/';
  const around = await aws.getFolder(name, branch, path === '' ? '/' : parent);
  if (path === '') return { kind: 'folder', folder: around } as const;
  if (around.files?.some((file) => file.absolutePath === path) === true) {
    const { fileContent } = await aws.getFile(name, branch, path);
    return { kind: 'file', content: fileContent ?? new Uint8Array() } as const;
  }
  return { kind: 'folder', folder: await aws.getFolder(name, branch, path) } as const;
}

async function readCommits(name: string, branch: string, from: string | undefined) {
  const commits = [];
  let next = from ?? (await aws.getBranchTip(name, branch));
  while (next !== undefined && commits.length < COMMITS_PAGE) {
    // oxlint-disable-next-line no-await-in-loop -- each commit names the one before it
    const commit = await aws.getCommit(name, next);
    commits.push(commit);
    next = commit.parents?.[0];
  }
  return { commits, next };
}
