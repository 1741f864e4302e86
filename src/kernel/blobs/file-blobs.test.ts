import { randomBytes } from 'node:crypto';
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { blobsContract } from '../../../testkit/contracts/blobs.ts';
import { smallDisk } from '../../../testkit/support/small-disk.ts';
import { addMasterKey, openKeyring } from '../secrets/keyring.ts';
import { createFileBlobs } from './file-blobs.ts';

const A = '111111111111';

const open = (dir: string) =>
  createFileBlobs({ dir: join(dir, 'blobs'), keyring: openKeyring(join(dir, 'keys')) });

blobsContract('files', async () => {
  const dir = mkdtempSync(join(tmpdir(), 'blobs-'));
  return {
    store: await open(dir),
    close: async () => rmSync(dir, { recursive: true, force: true, maxRetries: 20 }),
  };
});

describe('files', () => {
  let dir: string;
  beforeEach(() => {
    dir = mkdtempSync(join(tmpdir(), 'blobs-'));
  });
  afterEach(() => rmSync(dir, { recursive: true, force: true, maxRetries: 20 }));
  const fileOf = (sha256: string) => join(dir, 'blobs', A, sha256.slice(0, 2), sha256);

  test('the bytes do not lie open on the disk, and a new master key still reads them', async () => {
    const { sha256 } = await (await open(dir)).put(A, Buffer.from('a secret in an artifact'));
    expect(readFileSync(fileOf(sha256)).includes('secret')).toBe(false);
    addMasterKey(join(dir, 'keys'));
    expect(String(await buffer(await (await open(dir)).get(A, sha256)))).toBe('a secret in an artifact');
  });

  test('damage, a cut and a foreign account are noticed', async () => {
    const store = await open(dir);
    const { sha256 } = await store.put(A, randomBytes(600_000));
    const file = fileOf(sha256);
    const whole = readFileSync(file);
    const read = async () => buffer(await store.get(A, sha256));

    const damaged = Buffer.from(whole);
    damaged[300_000] = (damaged[300_000] as number) ^ 1;
    writeFileSync(file, damaged);
    await expect(read()).rejects.toThrow('damaged');

    writeFileSync(file, whole);
    truncateSync(file, 48 + 2 * (256 * 1024 + 16));
    await expect(read()).rejects.toThrow('damaged');

    const foreign = file.replace(A, '222222222222');
    mkdirSync(dirname(foreign), { recursive: true });
    writeFileSync(file, whole);
    cpSync(file, foreign);
    await expect(buffer(await store.get('222222222222', sha256))).rejects.toThrow('damaged');
  });

  test('what a dead process left unfinished goes after a day', async () => {
    await open(dir);
    const left = join(dir, 'blobs/.unfinished/left');
    writeFileSync(left, 'x');
    writeFileSync(`${left}-lately`, 'x');
    utimesSync(left, 1, 1);
    await open(dir);
    expect(readdirSync(dirname(left))).toEqual(['left-lately']);
  });

  test('a full disk refuses the blob and leaves no rest', async ({ skip }) => {
    const disk = smallDisk(2);
    if (!disk) return skip('mounting a small disk needs root');
    try {
      const store = await open(disk.dir);
      await expect(store.put(A, randomBytes(4 * 1024 * 1024))).rejects.toMatchObject({ code: 'ENOSPC' });
      expect(readdirSync(join(disk.dir, 'blobs/.unfinished'))).toEqual([]);
      const { sha256 } = await store.put(A, randomBytes(1024 * 1024));
      expect(await store.has(A, sha256)).toBe(true);
    } finally {
      disk.unmount();
    }
  });
});
