import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { createTestDatabase } from '../../../../testkit/support/test-database.ts';

interface Ran {
  readonly signal: NodeJS.Signals | null;
  readonly result: unknown;
}

function run(args: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<Ran> {
  const child = spawn(process.execPath, [join(import.meta.dirname, 'crash-child.ts'), ...args], {
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let output = '';
  child.stdout.on('data', (chunk: Buffer) => void (output += chunk));
  return new Promise((resolve) => {
    child.on('close', (_code, signal) =>
      resolve({ signal, result: output === '' ? undefined : JSON.parse(output) }),
    );
  });
}

const WELL = {
  builds: 1,
  status: 'SUCCEEDED',
  phases: [
    'SUBMITTED SUCCEEDED',
    'QUEUED SUCCEEDED',
    'PROVISIONING SUCCEEDED',
    'DOWNLOAD_SOURCE SUCCEEDED',
    'INSTALL SUCCEEDED',
    'PRE_BUILD SUCCEEDED',
    'BUILD SUCCEEDED',
    'POST_BUILD SUCCEEDED',
    'UPLOAD_ARTIFACTS SUCCEEDED',
    'FINALIZING SUCCEEDED',
    'COMPLETED ',
  ],
  exported: [{ name: 'RAN', value: '1' }],
  reports: 1,
  zip: true,
  built: 1,
  left: false,
};

describe.each(['sqlite', 'postgres'] as const)(
  'a server that is killed at every failpoint of a build (%s)',
  (kind) => {
    /** The names hit by a build, each with how often. */
    async function failpoints(): Promise<readonly string[]> {
      return withPlace(kind, async (args, folder) => {
        const record = join(folder, 'record');
        const { result } = await run(args, { PIPEWRIGHT_FAILPOINTS_RECORD: record });
        expect(result).toEqual(WELL);
        expect(existsSync(record)).toBe(true);
        const counts = new Map<string, number>();
        const names = readFileSync(record, 'utf8').split('\n').filter(Boolean);
        return names
          .filter((name) => name.includes('codebuild'))
          .map((name) => {
            const count = (counts.get(name) ?? 0) + 1;
            counts.set(name, count);
            return `${name}#${count}`;
          });
      });
    }

    test('ends in the same state, and no command runs twice', async () => {
      const names = await failpoints();
      expect(names.length).toBeGreaterThan(15);
      const wrong: unknown[] = [];
      let killed = 0;
      for (const name of names) {
        await withPlace(kind, async (args) => {
          const first = await run(args, { PIPEWRIGHT_FAILPOINT: name });
          if (first.signal === 'SIGKILL') killed++;
          const { result } = await run(args);
          try {
            expect(result).toEqual(WELL);
          } catch {
            wrong.push({ name, result });
          }
        });
      }
      expect(wrong).toEqual([]);
      // How reports fall into batches differs from run to run, so a few late ones may never be hit.
      expect(killed).toBeGreaterThan(names.length / 2);
    });
  },
);

/** A data folder and a database for one kill and what follows. */
async function withPlace<T>(
  kind: 'sqlite' | 'postgres',
  work: (args: readonly string[], folder: string) => Promise<T>,
): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), 'build-crash-'));
  const database = kind === 'postgres' ? await createTestDatabase() : undefined;
  try {
    return await work([join(folder, 'data'), database?.url ?? '-'], folder);
  } finally {
    await database?.drop();
    rmSync(folder, { recursive: true, force: true, maxRetries: 20 });
  }
}
