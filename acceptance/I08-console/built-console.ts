import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { CONSOLE_FOLDER_VARIABLE } from '../../src/server/console-folder.ts';

const ROOT = join(import.meta.dirname, '../..');
const SOURCES = ['console/src', 'console/public', 'console/index.html', 'console/package.json', 'src/pure'];
const BUILD = [
  'console/vite.config.ts',
  'console/vite-fonts.ts',
  'console/tsconfig.json',
  'package-lock.json',
];

const KEPT_MS = 7 * 86_400_000;

/**
 * Makes the servers of this test serve the console as its sources are now. Builds are kept by the digest of what they
 * were built from, so a test never looks at old code and nothing is built twice.
 */
export function serveBuiltConsole(): void {
  const builds = join(ROOT, 'node_modules/.cache/pipewright-console');
  const folder = join(builds, digestOf([...SOURCES, ...BUILD]));
  if (!existsSync(folder)) build(builds, folder);
  process.env[CONSOLE_FOLDER_VARIABLE] = folder;
}

function build(builds: string, folder: string): void {
  mkdirSync(builds, { recursive: true });
  forgetOld(builds);
  const target = `${folder}.${process.pid}`;
  const args = [
    join(ROOT, 'node_modules/vite/bin/vite.js'),
    'build',
    '--outDir',
    target,
    '--logLevel',
    'warn',
  ];
  const { status, stderr } = spawnSync(process.execPath, args, {
    cwd: join(ROOT, 'console'),
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(`The console could not be built:\n${stderr}`);
  try {
    renameSync(target, folder);
  } catch (error) {
    // Another test built the same meanwhile.
    rmSync(target, { recursive: true });
    if (!existsSync(folder)) throw error;
  }
}

/** Builds made more than a week ago; sources that still need one build it again. */
function forgetOld(builds: string): void {
  for (const name of readdirSync(builds)) {
    const old = join(builds, name);
    const age = Date.now() - (statSync(old, { throwIfNoEntry: false })?.mtimeMs ?? Date.now());
    if (age > KEPT_MS) rmSync(old, { recursive: true, force: true });
  }
}

function digestOf(places: readonly string[]): string {
  const hash = createHash('sha256');
  for (const file of places.flatMap(filesOf).toSorted()) {
    hash
      .update(`${file}\0`)
      .update(readFileSync(join(ROOT, file)))
      .update('\0');
  }
  return hash.digest('hex').slice(0, 32);
}

function filesOf(place: string): string[] {
  const full = join(ROOT, place);
  if (!existsSync(full)) return [];
  try {
    return readdirSync(full, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile() && !entry.name.endsWith('.test.ts'))
      .map((entry) => join(entry.parentPath, entry.name).slice(ROOT.length + 1));
  } catch {
    return [place];
  }
}
