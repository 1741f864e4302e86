import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { DefinitionError } from '../errors.ts';
import { loadConfig } from './load.ts';
import { configKeys, flagOf, variableOf } from './schema.ts';

const dir = mkdtempSync(join(tmpdir(), 'pipewright-config-'));
afterAll(() => rmSync(dir, { recursive: true, force: true, maxRetries: 20 }));

function fileOf(text: string): string {
  const file = join(dir, `${Math.random()}.yaml`);
  writeFileSync(file, text);
  return file;
}

function findingsOf(load: () => unknown) {
  try {
    load();
  } catch (error) {
    if (error instanceof DefinitionError) return error.findings;
    throw error;
  }
  throw new Error('nothing was wrong');
}

it('takes defaults where nothing is said', () => {
  const config = loadConfig({ flags: { dataDir: dir }, env: {} });
  expect(config).toMatchObject({ host: '127.0.0.1', port: 7300, sandbox: 'auto', region: 'us-east-1' });
  expect(config.databaseUrl).toBeUndefined();
});

it('lets flags win over the environment and the environment over the file', () => {
  const file = fileOf('port: 1\nregion: eu-west-1\nlogLevel: error\nallowedHosts: [a.example]\n');
  const env = { PIPEWRIGHT_PORT: '2', PIPEWRIGHT_REGION: 'eu-central-1' };
  const config = loadConfig({ flags: { dataDir: dir, port: '3' }, env, file });
  expect([config.port, config.region, config.logLevel]).toEqual([3, 'eu-central-1', 'error']);
  expect(config.allowedHosts).toEqual(['a.example']);
});

it('reads DATABASE_URL and lists from the environment', () => {
  const env = { DATABASE_URL: 'postgres://localhost/x', PIPEWRIGHT_ALLOWED_HOSTS: 'a, b' };
  const config = loadConfig({ flags: { dataDir: dir }, env });
  expect(config.databaseUrl).toBe('postgres://localhost/x');
  expect(config.allowedHosts).toEqual(['a', 'b']);
});

it('names the place of every unknown setting of a file', () => {
  const file = fileOf('port: 1\nprot: 2\n\nregin: x\n');
  const findings = findingsOf(() => loadConfig({ flags: { dataDir: dir }, env: {}, file }));
  expect(findings.map(({ line, column, message }) => [line, column, message])).toEqual([
    [2, 1, 'unknown setting prot'],
    [4, 1, 'unknown setting regin'],
  ]);
});

it('says everything that is wrong at once, each with where it was given', () => {
  const file = fileOf('region: nowhere\n');
  const env = { PIPEWRIGHT_PORT: '70000' };
  const flags = { dataDir: dir, account: '12' };
  const findings = findingsOf(() => loadConfig({ flags, env, file }));
  expect(findings.map((finding) => finding.file).toSorted()).toEqual(
    ['--account', file, 'PIPEWRIGHT_PORT'].toSorted(),
  );
});

it('tells a wrong number of a flag in words', () => {
  const flags = { dataDir: dir, port: 'abc', maxConcurrentBuilds: '0', tlsPort: '1.5' };
  expect(() => loadConfig({ flags, env: {} })).toThrow(
    [
      '--port: error: port: must be a whole number',
      '--tls-port: error: tlsPort: must be a whole number',
      '--max-concurrent-builds: error: maxConcurrentBuilds: must be from 1 to 1000',
    ].join('\n'),
  );
});

it('refuses a file that is not YAML with its line', () => {
  const file = fileOf('port: 1\nhost: "open\n');
  expect(findingsOf(() => loadConfig({ flags: { dataDir: dir }, env: {}, file }))[0]?.line).toBeGreaterThan(
    1,
  );
});

it('gives each setting one name in three spellings', () => {
  expect(configKeys.map((key) => [key, variableOf(key), flagOf(key)])).toContainEqual([
    'maxConcurrentBuilds',
    'PIPEWRIGHT_MAX_CONCURRENT_BUILDS',
    '--max-concurrent-builds',
  ]);
});
