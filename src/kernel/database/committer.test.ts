import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { openDatabase } from './open.ts';

test('a transaction is run at whatever moment after the last one it is asked for', async () => {
  const dir = mkdtempSync(join(tmpdir(), 'committer-'));
  const database = await openDatabase(join(dir, 'test.db'));
  try {
    for (let microtasks = 0; microtasks < 12; microtasks++) {
      await database.transaction((tx) => tx.query('select 1'));
      for (let n = 0; n < microtasks; n++) await Promise.resolve();
      expect(await database.transaction((tx) => tx.query('select 2 as two'))).toEqual([{ two: 2 }]);
    }
  } finally {
    await database.close();
    rmSync(dir, { recursive: true, force: true, maxRetries: 20 });
  }
}, 5_000);
