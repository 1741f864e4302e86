import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { checkBuildMounts } from './build-mounts.ts';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'build-mounts-'));
  for (const name of ['data/keys', 'tools', 'outer']) mkdirSync(join(folder, name), { recursive: true });
  writeFileSync(join(folder, 'file'), '');
  symlinkSync(join(folder, 'data'), join(folder, 'link'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true, maxRetries: 20 }));

const check = (...buildMounts: string[]) => checkBuildMounts({ buildMounts, dataDir: join(folder, 'data') });

test('folders beside the data folder are fine', () => {
  expect(() => check(join(folder, 'tools'), join(folder, 'outer'))).not.toThrow();
});

test('what would open the data folder, is missing, or is the system, is refused: all of it at once', () => {
  const wrong: [string, string][] = [
    ['/', 'holds the data folder'],
    [folder, 'holds the data folder'],
    [join(folder, 'data'), 'holds the data folder'],
    [join(folder, 'link'), 'holds the data folder'],
    [join(folder, 'data', 'keys'), 'is in the data folder'],
    [join(folder, 'none'), 'is not a folder'],
    [join(folder, 'file'), 'is not a folder'],
    ['/proc/self', 'belongs to the system'],
  ];
  for (const [path, why] of wrong) expect(() => check(path)).toThrow(`buildMounts: ${path} ${why}`);
  expect(() => check(join(folder, 'none'), '/')).toThrow(/none is not a folder.*\n.*\/ holds/);
});
