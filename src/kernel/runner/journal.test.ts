import { appendFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { smallDisk } from '../../../testkit/support/small-disk.ts';
import { openJournal, readJournal, recordEnd } from './journal.ts';
import { JOURNAL, type JournalRecord } from './protocol.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'journal-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true, maxRetries: 20 }));

const report = (data: unknown): JournalRecord => ({ kind: 'report', at: 1, data });
const cause = 'its runner is gone';

test('a reader gets each record once, when it is complete', () => {
  expect(readJournal(folder)).toBeUndefined();
  const journal = openJournal(folder);
  const reader = readJournal(folder);
  expect(reader?.more()).toEqual([]);
  journal.append(report('one'));
  journal.append(report('x'.repeat(600_000)));
  expect(reader?.more()).toHaveLength(2);
  const line = JSON.stringify(report('ü€'));
  appendFileSync(join(folder, JOURNAL), Buffer.from(line).subarray(0, -3));
  expect(reader?.more()).toEqual([]);
  appendFileSync(join(folder, JOURNAL), Buffer.concat([Buffer.from(line).subarray(-3), Buffer.from('\n')]));
  expect(reader?.more()).toEqual([report('ü€')]);
  reader?.close();
  journal.close();
});

test('the end of a run whose runner died in the middle of a line is its own line', () => {
  const journal = openJournal(folder);
  journal.append(report('whole'));
  journal.close();
  appendFileSync(join(folder, JOURNAL), '{"kind":"report","at":1,"da');
  recordEnd(folder, { kind: 'fault', at: 2, cause });
  const reader = readJournal(folder);
  expect(reader?.more()).toEqual([report('whole'), { kind: 'end', end: { kind: 'fault', at: 2, cause } }]);
  reader?.close();
});

test('on a full disk a record waits for room, and what was begun of it is no record', async ({ skip }) => {
  const disk = smallDisk(1);
  if (!disk) return skip('mounting a small disk needs root');
  try {
    const journal = openJournal(disk.dir);
    const ballast = join(disk.dir, 'ballast');
    appendFileSync(ballast, Buffer.alloc(900_000));
    const big = report('x'.repeat(300_000));
    expect(() => journal.append(big)).toThrow(expect.objectContaining({ code: 'ENOSPC' }));
    const waiting = journal.appendPatiently(big);
    rmSync(ballast);
    await waiting;
    const reader = readJournal(disk.dir);
    expect(reader?.more()).toEqual([big]);
    reader?.close();
    journal.close();
  } finally {
    disk.unmount();
  }
});
