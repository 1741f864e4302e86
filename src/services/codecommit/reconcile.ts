import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { errorText } from '../../kernel/errors.ts';
import { alignHead, announce, unannounced } from './announce.ts';
import { removeOrphans } from './git/folders.ts';
import { endLeftovers } from './git/leftovers.ts';
import { changedRef } from './model/ref-changes.ts';
import { lastMover } from './model/reflog.ts';
import type { CodeCommitParts } from './parts.ts';
import { type Repository, toRepository } from './repositories.ts';
import type { CodeCommitTables } from './tables.ts';

const AT_ONCE = 4;

/**
 * On start: what git moved and this database was never told (a crash between the two) is recorded and announced now.
 * Who moved a ref stands in git's reflog; a deleted ref has none any more, so its account's root is named.
 */
export async function reconcile(parts: CodeCommitParts): Promise<void> {
  const rows = await parts.kernel.database.read
    .tables<CodeCommitTables>()
    .selectFrom('codecommit_repositories')
    .selectAll()
    .execute();
  const repositories = rows.map((row) => toRepository(parts, row));
  const known = new Set(repositories.map(({ scope, id }) => `${scope.account}/${scope.region}/${id}`));
  await removeOrphans(
    parts.root,
    (scope, id) => known.has(`${scope.account}/${scope.region}/${id}`),
    parts.kernel.clock.wall(),
  );
  const waiting = repositories.values();
  await Promise.all(
    Array.from({ length: AT_ONCE }, async () => {
      for (const repository of waiting) await reconcileOne(parts, repository);
    }),
  );
}

async function reconcileOne(parts: CodeCommitParts, repository: Repository): Promise<void> {
  try {
    await parts.locks.hold(repository.id, async () => {
      await endLeftovers(repository.dir);
      await alignHead(parts, repository, repository.defaultBranch);
      const movers = await findMovers(parts, repository);
      await announce(parts, repository, (change) => movers.get(changedRef(change)) ?? rootArn(repository));
    });
  } catch (error) {
    // One damaged repository does not keep the others, and the server, from starting.
    parts.kernel.logger.error(
      { repository: repository.name, id: repository.id, error: errorText(error) },
      'a repository could not be compared with what was announced',
    );
  }
}

async function findMovers(
  parts: CodeCommitParts,
  repository: Repository,
): Promise<ReadonlyMap<string, string>> {
  const movers = new Map<string, string>();
  for (const change of await unannounced(parts, repository)) {
    const log = await readFile(join(repository.dir, 'logs', changedRef(change)), 'utf8').catch(() => '');
    const mover = lastMover(log);
    if (mover !== undefined) movers.set(changedRef(change), mover);
  }
  return movers;
}

function rootArn({ scope }: Repository): string {
  return `arn:aws:iam::${scope.account}:root`;
}
