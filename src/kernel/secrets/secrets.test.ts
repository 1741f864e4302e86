import { chmodSync, mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { addMasterKey, openKeyring } from './keyring.ts';
import { createSecretBox } from './secret-box.ts';

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'keys-'));
});
afterEach(() => rmSync(dir, { recursive: true, force: true, maxRetries: 20 }));

test('the first start makes a key that only its owner reads, later starts find the same', () => {
  const first = openKeyring(join(dir, 'keys'));
  expect(statSync(join(dir, 'keys/master.key')).mode & 0o777).toBe(0o600);
  expect(openKeyring(join(dir, 'keys')).newest.id).toBe(first.newest.id);
  expect(readdirSync(join(dir, 'keys'))).toEqual(['master.key']);
});

test('a secret opens only for its own account and id', () => {
  const box = createSecretBox(openKeyring(dir));
  const sealed = box.seal('111111111111', 'token', 'häppy');
  expect(sealed).not.toContain('häppy');
  expect(box.open('111111111111', 'token', sealed)).toBe('häppy');
  expect(() => box.open('222222222222', 'token', sealed)).toThrow('does not open');
  expect(() => box.open('111111111111', 'other', sealed)).toThrow('does not open');
  expect(() => box.open('111111111111', 'token', 'plain')).toThrow('not a sealed secret');
  const last = sealed.at(-1) === 'A' ? 'B' : 'A';
  expect(() => box.open('111111111111', 'token', sealed.slice(0, -2) + last + last)).toThrow('does not open');
});

test('after a rotation the new key seals and the old one still opens', () => {
  const old = createSecretBox(openKeyring(dir)).seal('1', 'a', 'x');
  addMasterKey(dir);
  const box = createSecretBox(openKeyring(dir));
  expect(box.open('1', 'a', old)).toBe('x');
  expect(box.seal('1', 'a', 'x').split('.')[1]).not.toBe(old.split('.')[1]);
});

test('a key given in the environment seals, and the files still open', () => {
  const old = createSecretBox(openKeyring(dir)).seal('1', 'a', 'x');
  const env = { PIPEWRIGHT_MASTER_KEY: Buffer.alloc(32, 7).toString('base64') };
  const box = createSecretBox(openKeyring(dir, env));
  expect(box.open('1', 'a', old)).toBe('x');
  const hex = { PIPEWRIGHT_MASTER_KEY: Buffer.alloc(32, 7).toString('hex') };
  expect(createSecretBox(openKeyring(dir, hex)).open('1', 'a', box.seal('1', 'a', 'y'))).toBe('y');
  expect(() => openKeyring(dir, { PIPEWRIGHT_MASTER_KEY: 'short' })).toThrow('32 bytes');
});

test('a key file that others can read is refused', () => {
  openKeyring(dir);
  chmodSync(join(dir, 'master.key'), 0o644);
  expect(() => openKeyring(dir)).toThrow('open to other users');
});
