import type { GetDifferencesCommandInput, GetDifferencesCommandOutput } from '@aws-sdk/client-codecommit';
import { ApiError } from '../../../kernel/errors.ts';
import { decodePageToken, encodePageToken } from '../../../pure/page-token.ts';
import { operation, type ServiceOperations } from '../../../wire/operation.ts';
import { checkFolder } from '../checks.ts';
import { parseRawDiff } from '../model/raw-diff.ts';
import type { CodeCommitParts } from '../parts.ts';
import { needRepository, type Repository } from '../repositories.ts';
import { invalidToken } from './list-repositories.ts';
import { needCommit } from './read-files.ts';
import { repositoryResource } from './repositories.ts';

const MAX_PAGE = 400;
/** git knows the empty tree without anybody having written it. */
const EMPTY_TREE = '4b825dc642cb6eb9a060e54bf8d69288fbee4904';

export function differenceOperations(parts: CodeCommitParts): ServiceOperations {
  return {
    GetDifferences: operation<GetDifferencesCommandInput, GetDifferencesCommandOutput>({
      mutates: false,
      resources: repositoryResource,
      async handler(input, { scope }) {
        if (!input.afterCommitSpecifier) {
          throw new ApiError('CommitRequiredException', 'A commit was not specified.');
        }
        if (input.MaxResults !== undefined && input.MaxResults < 1) {
          throw new ApiError('InvalidMaxResultsException', 'MaxResults must be a positive number.');
        }
        const limit = Math.min(input.MaxResults ?? MAX_PAGE, MAX_PAGE);
        const paths = [input.beforePath, input.afterPath].flatMap((path) => checkFolder(path ?? '') || []);
        const repository = await needRepository(parts, scope, input.repositoryName);
        const list = `differences/${repository.id}/${JSON.stringify([
          input.beforeCommitSpecifier,
          input.afterCommitSpecifier,
          paths,
        ])}`;
        const place = await pagePlace(parts, repository, input, list);
        const output = await parts.git.run(repository.dir, [
          'diff-tree',
          '-r',
          '-z',
          '--raw',
          '--no-renames',
          '--no-abbrev',
          '--end-of-options',
          place.before,
          place.after,
          '--',
          ...paths,
        ]);
        const all = parseRawDiff(output);
        const end = place.offset + limit;
        return {
          differences: all.slice(place.offset, end).map((each) => ({
            changeType: each.changeType,
            beforeBlob: each.before,
            afterBlob: each.after,
          })),
          NextToken:
            end < all.length ? encodePageToken(list, JSON.stringify({ ...place, offset: end })) : undefined,
          $metadata: {},
        };
      },
    }),
  };
}

interface Place {
  /** Commits, so that all pages compare the same although branches move. */
  readonly before: string;
  readonly after: string;
  readonly offset: number;
}

async function pagePlace(
  parts: CodeCommitParts,
  repository: Repository,
  input: GetDifferencesCommandInput,
  list: string,
): Promise<Place> {
  if (input.NextToken === undefined) {
    const after = await needCommit(parts, repository, input.afterCommitSpecifier);
    const before =
      input.beforeCommitSpecifier === undefined
        ? EMPTY_TREE
        : (await needCommit(parts, repository, input.beforeCommitSpecifier)).id;
    return { before, after: after.id, offset: 0 };
  }
  const key = decodePageToken(list, input.NextToken);
  if (key === undefined) throw invalidToken();
  const { before, after, offset } = JSON.parse(key) as Place;
  // A token can be forged: what comes from it is checked like everything else.
  const commits = await Promise.all([
    before === EMPTY_TREE ? { id: EMPTY_TREE } : needCommit(parts, repository, String(before)),
    needCommit(parts, repository, String(after)),
  ]);
  if (!Number.isSafeInteger(offset) || offset < 0) throw invalidToken();
  return { before: commits[0].id, after: commits[1].id, offset };
}
