import { execFileSync } from 'node:child_process';
import { X509Certificate } from 'node:crypto';
import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { connect } from 'node:tls';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { loadConfig } from '../kernel/config/load.ts';
import { createHttpServer } from '../kernel/http/http-server.ts';
import { followCertificate, readTlsDoor } from './tls.ts';

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

test('a renewed certificate is taken up without a restart, half of a pair is not', async () => {
  const [cert, key] = [file('live.pem'), file('live.key')];
  const use = (name: string, what = ['pem', 'key']) => {
    for (const kind of what) copyFileSync(file(`${name}.${kind}`), file(`live.${kind}`));
  };
  use('one');
  const config = loadConfig({ flags: { dataDir: dir, tlsPort: 0, tlsCert: cert, tlsKey: key }, env: {} });
  const door = readTlsDoor(config);
  const server = createHttpServer((_, response) => response.end(), { tls: door as never });
  const { port } = await server.listen({ host: '127.0.0.1', port: 0 });
  const said: string[] = [];
  const note = (_: object, message: string) => void said.push(message);
  const stop = followCertificate(config, server.http, { info: note, error: note } as never, 20);
  const shown = () =>
    new Promise<string>((resolve, reject) => {
      const socket = connect({ port, host: '127.0.0.1', rejectUnauthorized: false }, () => {
        resolve(socket.getPeerX509Certificate()?.serialNumber ?? '');
        socket.destroy();
      }).once('error', reject);
    });
  const serial = (name: string) => new X509Certificate(readFileSync(file(name))).serialNumber;
  expect(await shown()).toBe(serial('one.pem'));
  use('two', ['pem']);
  while (!said.some((message) => message.includes('the old one stays'))) await sleep(20);
  expect(await shown()).toBe(serial('one.pem'));
  use('two', ['key']);
  while ((await shown()) !== serial('two.pem')) await sleep(20);
  stop();
  await server.close({ graceMs: 0 });
});

test('names of the certificate are names of the door, wildcards left out', () => {
  expect(read({ tlsPort: 7343, tlsCert: file('one.pem'), tlsKey: file('one.key') })).toMatchObject({
    host: '0.0.0.0',
    port: 7343,
    names: ['builds.example.org', '192.0.2.7', 'fd00::7'],
  });
  expect(read({})).toBeUndefined();
});

test.each([
  [{ tlsCert: 'one.pem', tlsKey: 'one.key' }, ['--tls-port: error: tlsPort is needed']],
  [{ tlsPort: 1 }, ['--tls-cert: error: tlsCert is needed', '--tls-key: error: tlsKey is needed']],
  [
    { tlsPort: 1, tlsCert: 'none', tlsKey: 'text' },
    ['--tls-cert: error: tlsCert cannot be read', '--tls-key: error: tlsKey is not PEM'],
  ],
  [
    { tlsPort: 1, tlsCert: 'one.pem', tlsKey: 'two.key' },
    ['--tls-key: error: tlsKey is not the key of the certificate'],
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
