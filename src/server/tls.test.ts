import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { loadConfig } from '../kernel/config/load.ts';
import { readTlsDoor } from './tls.ts';

let dir: string;
beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'tls-'));
  for (const name of ['one', 'two']) {
    const alternatives = 'subjectAltName=DNS:Builds.example.org,DNS:*.example.org,IP:192.0.2.7,IP:fd00::7';
    execFileSync(
      'openssl',
      [
        ...[
          'req',
          '-x509',
          '-newkey',
          'ec',
          '-pkeyopt',
          'ec_paramgen_curve:prime256v1',
          '-nodes',
          '-days',
          '2',
        ],
        ...['-subj', '/CN=x', '-addext', alternatives],
        ...['-keyout', join(dir, `${name}.key`), '-out', join(dir, `${name}.pem`)],
      ],
      { stdio: 'pipe' },
    );
  }
  writeFileSync(join(dir, 'text'), 'no PEM');
});
afterAll(() => rmSync(dir, { recursive: true, force: true }));

const read = (flags: Record<string, unknown>) =>
  readTlsDoor(loadConfig({ flags: { dataDir: dir, ...flags }, env: {} }));
const file = (name: string) => join(dir, name);

test('names of the certificate are names of the door, wildcards left out', () => {
  expect(read({ tlsPort: 7343, tlsCert: file('one.pem'), tlsKey: file('one.key') })).toMatchObject({
    host: '0.0.0.0',
    port: 7343,
    names: ['builds.example.org', '192.0.2.7', 'fd00::7'],
  });
  expect(read({})).toBeUndefined();
});

test.each([
  [{ tlsCert: 'one.pem', tlsKey: 'one.key' }, ['--tls-port:1:1: error: tlsPort is needed']],
  [{ tlsPort: 1 }, ['--tls-cert:1:1: error: tlsCert is needed', '--tls-key:1:1: error: tlsKey is needed']],
  [
    { tlsPort: 1, tlsCert: 'none', tlsKey: 'text' },
    ['--tls-cert:1:1: error: tlsCert cannot be read', '--tls-key:1:1: error: tlsKey is not PEM'],
  ],
  [
    { tlsPort: 1, tlsCert: 'one.pem', tlsKey: 'two.key' },
    ['--tls-key:1:1: error: tlsKey is not the key of the certificate'],
  ],
])('%j is refused with everything that is wrong', (flags, expected) => {
  const paths = Object.fromEntries(
    Object.entries(flags).map(([key, value]) => [key, typeof value === 'string' ? file(value) : value]),
  );
  let message = '';
  try {
    read(paths);
  } catch (error) {
    message = (error as Error).message;
  }
  const lines = message.split('\n');
  expect(lines).toHaveLength(expected.length);
  for (const [n, start] of expected.entries()) expect(lines[n]).toContain(start);
});
