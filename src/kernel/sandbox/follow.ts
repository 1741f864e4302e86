import { constants, openSync } from 'node:fs';
import { Socket } from 'node:net';
import { join } from 'node:path';
import type { GrowthWatches } from '../log-streams/watcher.ts';
import { isAlive, type ProcessIdentity } from '../runner/identity.ts';
import { readJournal, recordEnd } from '../runner/journal.ts';
import { ALIVE, JOURNAL, type JournalRecord } from '../runner/protocol.ts';
import { killTree } from '../runner/tree.ts';

/**
 * The records of a run's journal as they come, up to its end, pushed by file watches. When the runner is gone without
 * having recorded an end, what it left running is killed and the end recorded here: a fault. The journal must exist.
 */
export async function* followJournal(
  folder: string,
  watches: GrowthWatches,
  now: () => number,
  signal: AbortSignal,
): AsyncGenerator<JournalRecord> {
  const journal = readJournal(folder);
  if (!journal) return;
  const growth = watches.watch(join(folder, JOURNAL));
  const seenRecords: JournalRecord[] = [];
  let life: Life | undefined;
  try {
    for (;;) {
      const seen = growth.seen();
      const gone = life !== undefined && !life.lives();
      const records = journal.more();
      for (const record of records) {
        if (record.kind !== 'report') seenRecords.push(record);
        if (record.kind === 'claimed') life ??= watchLife(folder, record.runner);
        yield record;
        if (record.kind === 'end') return;
      }
      signal.throwIfAborted();
      if (records.length > 0) continue;
      // Looked at before the journal was read: there is nothing more to come.
      if (gone) await endOrphan(folder, seenRecords, now);
      else await growth.next(seen, life ? AbortSignal.any([signal, life.ended]) : signal);
    }
  } finally {
    life?.close();
    growth.close();
    journal.close();
  }
}

interface Life {
  lives(): boolean;
  /** Aborted when the process is gone. */
  readonly ended: AbortSignal;
  close(): void;
}

/** The runner holds a FIFO open: the system says when nobody does any more. */
function watchLife(folder: string, runner: ProcessIdentity): Life {
  const ended = new AbortController();
  let socket: Socket | undefined;
  try {
    const fd = openSync(join(folder, ALIVE), constants.O_RDONLY | constants.O_NONBLOCK);
    socket = new Socket({ fd, readable: true, writable: false });
    socket
      .on('error', () => {})
      .on('close', () => ended.abort())
      .resume();
  } catch {
    // The slow look now and then has to do.
  }
  return {
    // The end of the FIFO may come a moment before the process is reaped.
    lives: () => !ended.signal.aborted && isAlive(runner),
    ended: ended.signal,
    close: () => socket?.destroy(),
  };
}

async function endOrphan(
  folder: string,
  records: readonly JournalRecord[],
  now: () => number,
): Promise<void> {
  const claimed = records.find((record) => record.kind === 'claimed');
  const started = records.find((record) => record.kind === 'started');
  if (started)
    await killTree({
      leader: started.process,
      ...(claimed?.cgroup && {
        cgroup: { version: claimed.cgroup.length === 1 ? 2 : 1, folders: claimed.cgroup },
      }),
      ...(claimed?.marker !== undefined && { marker: claimed.marker }),
    });
  const what = started ? '' : ' before it could start the command';
  const cause = `its runner (process ${claimed?.runner.pid ?? 'unknown'}) is gone${what}`;
  recordEnd(folder, { kind: 'fault', at: now(), cause });
}
