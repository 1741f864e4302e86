import { chmodSync, chownSync, mkdirSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startOwner } from '../../../testkit/sandbox/driver.ts';
import { createSystemClock } from '../clock-system.ts';
import { createFileLogStreams } from '../log-streams/file-log-streams.ts';
import { createLogger } from '../telemetry/logger.ts';
import { createSandbox } from './create-sandbox.ts';
import { probeBubblewrap } from './probe.ts';
import { defaultRunAs } from './run-as.ts';

const NOBODY = { uid: 65534, gid: 65534 };
const clock = createSystemClock();

/** Servers of plain users have no rights to make control groups or change users. Started from a bundle, as packed. */
describe.runIf(process.getuid?.() === 0)('a server that is not root', () => {
  let folder: string;
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'plain-user-'));
    chmodSync(folder, 0o755);
    await build({
      entryPoints: {
        owner: fileURLToPath(new URL('../../../testkit/sandbox/owner.ts', import.meta.url)),
        runner: fileURLToPath(new URL('../runner/main.ts', import.meta.url)),
      },
      outdir: folder,
      outExtension: { '.js': '.mjs' },
      bundle: true,
      platform: 'node',
      format: 'esm',
      target: 'node22',
    });
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true, maxRetries: 20 }));

  test.each(['process', 'bubblewrap'] as const)('runs commands as itself: %s', async (driver) => {
    expect(reachable(process.execPath), 'everybody can start this Node').toBe(true);
    if (driver === 'bubblewrap') expect(probeBubblewrap(defaultRunAs()).kind).toBe('bubblewrap');
    const dataDir = join(folder, `data-${driver}`);
    const workDir = join(dataDir, 'work', 'run');
    mkdirSync(workDir, { recursive: true });
    for (const each of [dataDir, dirname(workDir), workDir]) {
      chownSync(each, NOBODY.uid, NOBODY.gid);
      chmodSync(each, 0o700);
    }
    const spec = {
      argv: [
        'sh',
        '-c',
        'id -u; echo "$VALUE"; touch here && ls; touch /here 2>/dev/null && echo wrote /; cat ../../runs/run/journal 2>/dev/null; kill -9 $$',
      ],
      env: { PATH: '/usr/bin:/bin', VALUE: 'its own' },
      workDir,
      cwd: workDir,
      network: false,
      limits: { timeoutMs: 3.6e6, memoryBytes: 5e8, processes: 200, outputBytes: 1e7, diskBytes: 1e9 },
      logStream: 'run',
      masks: [],
    };
    const owner = await startOwner(
      { options: { dataDir, driver, spares: 1 }, key: 'run', spec },
      NOBODY,
      join(folder, 'owner.mjs'),
    );
    await owner.dismiss();
    const logger = createLogger({ level: 'silent' });
    const onlooker = await createSandbox({ dataDir, clock, logger, driver: 'process', spares: 0 });
    const end = await onlooker.wait('run', {}, new AbortController().signal);
    await onlooker.close();
    const logs = createFileLogStreams({ dir: join(dataDir, 'logs'), clock });
    const lines = (await logs.read('run', 0, 100)).map(({ text }) => text);
    expect(lines.slice(0, 3)).toEqual([String(NOBODY.uid), 'its own', 'here']);
    // Only a sandbox hides what is the user's own.
    expect(lines.length > 3).toBe(driver === 'process');
    expect(end).toMatchObject({ kind: 'signalled', signal: 'SIGKILL' });
  });
});

function reachable(path: string): boolean {
  for (let folder = path; folder !== dirname(folder); folder = dirname(folder))
    if ((statSync(folder).mode & 0o001) === 0) return false;
  return true;
}
