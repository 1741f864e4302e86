import type { Tx } from '../../kernel/database/port.ts';
import { headBranch } from './git/folders.ts';
import { listRefs, setHead } from './git/refs.ts';
import {
  changedRef,
  firstDefaultBranch,
  type Ref,
  type RefChange,
  refChanges,
  stateChangeEvent,
} from './model/ref-changes.ts';
import { describeRef } from './model/ref-name.ts';
import type { CodeCommitParts } from './parts.ts';
import { announcedRefs, type Repository } from './repositories.ts';
import { MAINTAIN_TASK } from './tasks.ts';

/** Domain milliseconds after a push at which git looks whether its files want packing. */
const MAINTAIN_AFTER_MS = 10 * 60_000;

type Outcome =
  | {
      readonly kind: 'announced';
      readonly changes: readonly RefChange[];
      readonly defaultBranch: string | undefined;
    }
  /** Another process announced meanwhile, or the repository is gone. */
  | { readonly kind: 'overtaken' };

/**
 * Compares git's refs with what was announced and, in one transaction, records the difference and puts its events into
 * the outbox. The caller holds the repository's lock. `caller` tells who moved a ref.
 */
export async function announce(
  parts: CodeCommitParts,
  repository: Repository,
  caller: (change: RefChange) => string,
): Promise<readonly RefChange[]> {
  const { database } = parts.kernel;
  for (;;) {
    const version = await currentVersion(parts, repository);
    if (version === undefined) return [];
    const after = await listRefs(parts.git, repository.dir);
    if (refChanges(await announcedRefs(database.read, repository), after).length === 0) return [];
    const outcome = await database.transaction((tx) =>
      record(parts, tx, repository, { version, after, caller }),
    );
    if (outcome.kind === 'overtaken') continue;
    await alignHead(parts, repository, outcome.defaultBranch);
    return outcome.changes;
  }
}

/** What git holds and nobody was told. */
export async function unannounced(
  parts: CodeCommitParts,
  repository: Repository,
): Promise<readonly RefChange[]> {
  const before = await announcedRefs(parts.kernel.database.read, repository);
  return refChanges(before, await listRefs(parts.git, repository.dir));
}

async function currentVersion(
  parts: CodeCommitParts,
  { scope, id }: Repository,
): Promise<number | undefined> {
  const rows = await parts.kernel.database.read.query<{ refs_version: number }>(
    'select refs_version from codecommit_repositories where account = ? and region = ? and id = ?',
    [scope.account, scope.region, id],
  );
  return rows[0]?.refs_version;
}

interface Reading {
  readonly version: number;
  readonly after: readonly Ref[];
  readonly caller: (change: RefChange) => string;
}

async function record(
  parts: CodeCommitParts,
  tx: Tx,
  repository: Repository,
  reading: Reading,
): Promise<Outcome> {
  const { outbox, changes: bell, tasks, clock } = parts.kernel;
  const { scope, id } = repository;
  const changes = refChanges(await announcedRefs(tx, repository), reading.after);
  const rows = await tx.query<{ name: string; default_branch: string | null }>(
    `update codecommit_repositories set refs_version = refs_version + 1, updated_at = ?
     where account = ? and region = ? and id = ? and refs_version = ? returning name, default_branch`,
    [clock.now(), scope.account, scope.region, id, reading.version],
  );
  const row = rows[0];
  if (!row) return { kind: 'overtaken' };
  for (const change of changes) {
    await recordRef(tx, repository, change);
    const event = stateChangeEvent({ scope, id, name: row.name }, change, reading.caller(change));
    if (event) await outbox.publish(tx, scope, { kind: 'codecommit.repository', id }, event);
  }
  const defaultBranch = row.default_branch ?? (await takeDefaultBranch(tx, repository, reading.after));
  bell.publish(tx, { topic: 'codecommit.repository', id: row.name, scope, sequence: reading.version + 1 });
  await tasks.enqueue(tx, scope, {
    kind: MAINTAIN_TASK,
    key: `${MAINTAIN_TASK}/${id}`,
    payload: { id },
    runAt: clock.now() + MAINTAIN_AFTER_MS,
  });
  return { kind: 'announced', changes, defaultBranch };
}

async function recordRef(tx: Tx, { scope, id }: Repository, change: RefChange): Promise<void> {
  const key = [scope.account, scope.region, id, changedRef(change)] as const;
  if (change.kind === 'deleted') {
    await tx.execute(
      'delete from codecommit_refs where account = ? and region = ? and repository_id = ? and name = ?',
      key,
    );
    return;
  }
  await tx.execute(
    `insert into codecommit_refs (account, region, repository_id, name, object_id, commit_id)
     values (?, ?, ?, ?, ?, ?) on conflict (account, region, repository_id, name)
     do update set object_id = excluded.object_id, commit_id = excluded.commit_id`,
    [...key, change.after.objectId, change.after.commitId],
  );
}

/** The first branch of an empty repository becomes its default branch. */
async function takeDefaultBranch(
  tx: Tx,
  { scope, id }: Repository,
  refs: readonly Ref[],
): Promise<string | undefined> {
  const branches = refs.flatMap((ref) => {
    const described = describeRef(ref.name);
    return described?.type === 'branch' ? [described.name] : [];
  });
  const first = firstDefaultBranch(branches);
  if (first === undefined) return undefined;
  await tx.execute(
    'update codecommit_repositories set default_branch = ? where account = ? and region = ? and id = ?',
    [first, scope.account, scope.region, id],
  );
  return first;
}

/** A clone checks out what HEAD names; the row is the truth. */
export async function alignHead(
  parts: CodeCommitParts,
  repository: Repository,
  branch: string | undefined,
): Promise<void> {
  if (branch === undefined || (await headBranch(repository.dir)) === branch) return;
  await setHead(parts.git, repository.dir, branch);
}
