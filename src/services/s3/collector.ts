import type { Reader } from '../../kernel/database/port.ts';
import { isBackupUnderWay } from '../../kernel/keeping.ts';
import type { Kernel } from '../../kernel/kernel.ts';
import { blobAccount, blobSpace, lockMark } from './store/blobs.ts';

export interface CollectOptions {
  /** Wall milliseconds for which a blob is kept without a reference, twice: before and after it is marked. */
  readonly graceMs: number;
  readonly signal?: AbortSignal;
}

export interface Collected {
  readonly condemned: number;
  readonly removed: number;
}

/** How long after its removal a blob's mark still warns those who were storing the same bytes. */
const WARN_MS = 3600 * 1000;
const BATCH = 100;

/**
 * Removes blobs that no object and no part refers to. A blob is marked first and removed a grace period later, so that
 * readers and writers under way finish. The mark is what writers look at in their own transaction ({@link claimBlob}):
 * whatever moment the process dies at, no row refers to a removed blob.
 */
export async function collectBlobs(kernel: Kernel, options: CollectOptions): Promise<Collected> {
  const condemned = await condemn(kernel, options);
  const removed = await removeCondemned(kernel, options);
  await kernel.database.transaction((tx) =>
    tx.execute("delete from s3_condemned_blobs where state = 'removed' and at < ?", [
      kernel.clock.wall() - WARN_MS,
    ]),
  );
  return { condemned, removed };
}

async function condemn(kernel: Kernel, { graceMs, signal }: CollectOptions): Promise<number> {
  let condemned = 0;
  for await (const blob of kernel.blobs.list()) {
    if (signal?.aborted) break;
    const account = blobAccount(blob.account);
    if (account === undefined || blob.modified > kernel.clock.wall() - graceMs) continue;
    if (await isReferenced(kernel.database.read, account, blob.sha256)) continue;
    condemned += await kernel.database.transaction(async (tx) => {
      if (await isReferenced(tx, account, blob.sha256)) return 0;
      return tx.execute(
        `insert into s3_condemned_blobs (account, region, sha256, state, at) values (?, '-', ?, 'condemned', ?)
         on conflict (account, region, sha256) do nothing`,
        [account, blob.sha256, kernel.clock.wall()],
      );
    });
  }
  return condemned;
}

async function removeCondemned(kernel: Kernel, { graceMs, signal }: CollectOptions): Promise<number> {
  let removed = 0;
  for (;;) {
    const due = await kernel.database.read.query<{ account: string; sha256: string }>(
      `select account, sha256 from s3_condemned_blobs
        where state = 'removing' or (state = 'condemned' and at <= ?) limit ${BATCH}`,
      [kernel.clock.wall() - graceMs],
    );
    if (due.length === 0 || signal?.aborted) return removed;
    for (const { account, sha256 } of due) {
      // A backup copies what its picture of the rows speaks of; it ends long before the next collection.
      if (await isBackupUnderWay(kernel.database)) return removed;
      if (await removeOne(kernel, account, sha256)) removed++;
    }
  }
}

async function removeOne(kernel: Kernel, account: string, sha256: string): Promise<boolean> {
  const go = await kernel.database.transaction(async (tx) => {
    const mark = await lockMark(tx, account, sha256);
    if (!mark || mark.state === 'removed') return false;
    const place = [account, sha256];
    if (await isReferenced(tx, account, sha256)) {
      await tx.execute(
        "delete from s3_condemned_blobs where account = ? and region = '-' and sha256 = ?",
        place,
      );
      return false;
    }
    await tx.execute(
      "update s3_condemned_blobs set state = 'removing' where account = ? and region = '-' and sha256 = ?",
      place,
    );
    return true;
  });
  if (!go) return false;
  kernel.failpoints.hit('s3.collect:removing');
  await kernel.blobs.remove(blobSpace(account), sha256);
  kernel.failpoints.hit('s3.collect:removed');
  await kernel.database.transaction((tx) =>
    tx.execute(
      "update s3_condemned_blobs set state = 'removed', at = ? where account = ? and region = '-' and sha256 = ?",
      [kernel.clock.wall(), account, sha256],
    ),
  );
  return true;
}

async function isReferenced(reader: Reader, account: string, sha256: string): Promise<boolean> {
  for (const table of ['s3_objects', 's3_parts']) {
    const rows = await reader.query(`select 1 from ${table} where account = ? and sha256 = ? limit 1`, [
      account,
      sha256,
    ]);
    if (rows.length > 0) return true;
  }
  return false;
}
