import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadConfig } from '../src/kernel/config/load.ts';
import { writeBackup } from '../src/server/backup/write-backup.ts';
import { type RunningServer, startServer, TEST_CLOCK_VARIABLE } from '../src/server/server.ts';
import { version } from '../src/server/version.ts';
import { fillForRecord } from '../testkit/recorded/fill.ts';

/**
 * Records what a server of this version leaves behind, for the upgrade test of every later one:
 * `node scripts/record-database.ts [FOLDER]`, once for each release. Writes `backup.tgz` and the key it is sealed with
 * (of a server that lived for seconds) into `testkit/recorded/<version>/`.
 */
const target = process.argv[2] ?? join(import.meta.dirname, '../testkit/recorded', version);
if (existsSync(target)) throw new Error(`${target} is there already; a recorded version never changes`);

/** Domain time of the recording: timers that it waits for are never due before a test moves its clock there. */
const RECORDED_AT = Date.UTC(2100, 0, 1);

const folder = mkdtempSync(join(tmpdir(), 'pipewright-record-'));
const masterKey = randomBytes(32).toString('base64');
const config = loadConfig({ flags: { dataDir: join(folder, 'data'), port: 0 }, env: {} });
const server: RunningServer = await startServer(config, {
  env: { ...process.env, PIPEWRIGHT_MASTER_KEY: masterKey, [TEST_CLOCK_VARIABLE]: join(folder, 'clock') },
});
try {
  server.testClock?.advance(RECORDED_AT - server.kernel.clock.now());
  await fillForRecord(server);
  mkdirSync(target, { recursive: true });
  const { dataDir, database, clock } = server.kernel;
  const atRest = server.rooms.codecommit.atRest;
  const { bytes } = await writeBackup(
    { dataDir, database, now: clock.now(), atRest },
    join(target, 'backup.tgz'),
  );
  writeFileSync(join(target, 'master-key.txt'), `${masterKey}\n`);
  console.log(`${target}: ${bytes} bytes`);
} finally {
  await server.close();
  rmSync(folder, { recursive: true, force: true, maxRetries: 20 });
}
