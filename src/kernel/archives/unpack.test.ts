import {
  createWriteStream,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { finished } from 'node:stream/promises';
import { gzipSync } from 'node:zlib';
import { pack } from 'tar-stream';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { ZipFile } from 'yazl';
import { ArchiveError } from './entry.ts';
import { unpackArchive } from './unpack.ts';
import { readTextEntry, walkArchive } from './walk.ts';

let dir: string;
let out: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'archives-'));
  out = join(dir, 'out');
  mkdirSync(out);
});
afterEach(() => rmSync(dir, { recursive: true, force: true, maxRetries: 20 }));

interface Member {
  name: string;
  content?: string | Buffer;
  mode?: number;
  link?: string;
  type?: 'file' | 'directory' | 'fifo' | 'link';
}

async function tar(members: readonly Member[], gzipped = false): Promise<string> {
  const archive = pack();
  for (const { name, content = '', mode = 0o644, link, type } of members) {
    if (link !== undefined)
      archive.entry({ name, type: type === 'link' ? 'link' : 'symlink', linkname: link });
    else archive.entry({ name, mode, ...(type ? { type } : {}) }, content);
  }
  archive.finalize();
  const chunks: Buffer[] = [];
  for await (const chunk of archive) chunks.push(chunk as Buffer);
  const file = join(dir, 'a.tar');
  writeFileSync(file, gzipped ? gzipSync(Buffer.concat(chunks)) : Buffer.concat(chunks));
  return file;
}

async function zip(members: readonly Member[]): Promise<string> {
  const archive = new ZipFile();
  for (const { name, content = '', mode = 0o644, link } of members) {
    const fake = name.replaceAll('..', '__');
    if (name.endsWith('/')) archive.addEmptyDirectory(fake);
    else {
      const bits = link === undefined ? 0o100000 | mode : 0o120777;
      archive.addBuffer(Buffer.from(link ?? content), fake, { mode: bits });
    }
  }
  archive.end();
  const file = join(dir, 'a.zip');
  await finished(archive.outputStream.pipe(createWriteStream(file)));
  // The library refuses to write evil names, so they are put in afterwards.
  writeFileSync(file, Buffer.from(readFileSync(file).toString('latin1').replaceAll('__', '..'), 'latin1'));
  return file;
}

const good: readonly Member[] = [
  { name: 'appspec.yml', content: 'version: 0.0' },
  { name: 'bin/run.sh', content: '#!/bin/sh', mode: 0o755 },
  { name: 'current', link: 'bin/run.sh' },
  { name: 'empty/', type: 'directory' },
];

test.each(['zip', 'tar', 'tgz'] as const)(
  '%s keeps content, modes, links and empty folders',
  async (type) => {
    const file = type === 'zip' ? await zip(good) : await tar(good, type === 'tgz');
    await unpackArchive(file, type, out);
    expect(readFileSync(join(out, 'appspec.yml'), 'utf8')).toBe('version: 0.0');
    expect(statSync(join(out, 'bin/run.sh')).mode & 0o777).toBe(0o755);
    expect(readlinkSync(join(out, 'current'))).toBe('bin/run.sh');
    expect(statSync(join(out, 'empty')).isDirectory()).toBe(true);
    expect(await readTextEntry(file, type, 'appspec.yml', 1000)).toBe('version: 0.0');
    expect(await readTextEntry(file, type, 'missing', 1000)).toBeUndefined();
  },
);

const evil: readonly [string, readonly Member[]][] = [
  ['a name with ..', [{ name: '../evil', content: 'x' }]],
  ['a deep name with ..', [{ name: 'a/../../evil', content: 'x' }]],
  ['a link out', [{ name: 'l', link: '../evil' }]],
  ['an absolute link', [{ name: 'l', link: '/etc' }]],
  ['a link to nowhere', [{ name: 'l', link: 'missing' }]],
  [
    'a file through a link',
    [
      { name: 'l', link: '..' },
      { name: 'l/evil', content: 'x' },
    ],
  ],
  [
    'a link through a link',
    [
      { name: 'd/e/f', content: 'x' },
      { name: 'd/e/l', link: '../..' },
      { name: 'm', link: 'd/e/l/../..' },
    ],
  ],
  [
    'the same file twice',
    [
      { name: 'a', content: 'x' },
      { name: 'a', content: 'y' },
    ],
  ],
];

test.each(evil)('a zip with %s is refused', async (_, members) => {
  await expect(unpackArchive(await zip(members), 'zip', out)).rejects.toThrow(ArchiveError);
  expect(existsSync(join(dir, 'evil'))).toBe(false);
});

test.each([
  ...evil,
  ['an absolute name', [{ name: '/tmp/evil-by-tar', content: 'x' }]],
  ['a pipe', [{ name: 'p', type: 'fifo' }]],
  ['a hard link', [{ name: 'h', link: '/etc/passwd', type: 'link' }]],
] as [string, Member[]][])('a tar with %s is refused', async (_, members) => {
  await expect(unpackArchive(await tar(members), 'tar', out)).rejects.toThrow(ArchiveError);
  expect(existsSync(join(dir, 'evil'))).toBe(false);
});

test('bombs are stopped by their real size, whatever they announce', async () => {
  const file = await zip([{ name: 'zeros', content: Buffer.alloc(70 * 2 ** 20) }]);
  await expect(unpackArchive(file, 'zip', out)).rejects.toThrow('times its size');
  expect(statSync(join(out, 'zeros')).size).toBeLessThanOrEqual(66 * 2 ** 20);
  const many = await tar([{ name: 'a' }, { name: 'b' }, { name: 'c' }]);
  await expect(unpackArchive(many, 'tar', out, { maxEntries: 2 })).rejects.toThrow('more than 2 members');
  const big = await tar([{ name: 'd', content: 'x'.repeat(2000) }], true);
  await expect(unpackArchive(big, 'tgz', out, { maxBytes: 1000 })).rejects.toThrow('more than 1000 bytes');
});

test('a bomb is stopped also where it is only looked through', async () => {
  const members = [
    { name: 'zeros', content: Buffer.alloc(70 * 2 ** 20) },
    { name: 'appspec.yml', content: 'x' },
  ];
  const packed = await tar(members, true);
  await expect(readTextEntry(packed, 'tgz', 'appspec.yml', 100)).rejects.toThrow('times its size');
  let seen = 0;
  const reading = walkArchive(await zip(members), 'zip', async (entry) => {
    for await (const chunk of await entry.open()) seen += (chunk as Buffer).length;
    return undefined;
  });
  await expect(reading).rejects.toThrow('times its size');
  expect(seen).toBeLessThanOrEqual(66 * 2 ** 20);
});

test.each(['zip', 'tar', 'tgz'] as const)('a full disk is not the fault of a %s', async (type) => {
  const file = type === 'zip' ? await zip(good) : await tar(good, type === 'tgz');
  const full = Object.assign(new Error('no space left on device'), { code: 'ENOSPC' });
  await expect(walkArchive(file, type, () => Promise.reject(full))).rejects.toBe(full);
});

test.each(['zip', 'tar', 'tgz'] as const)('what is no %s is refused', async (type) => {
  const file = join(dir, 'junk');
  writeFileSync(file, 'this is no archive at all '.repeat(100));
  await expect(unpackArchive(file, type, out)).rejects.toThrow(ArchiveError);
  expect(readdirSync(out)).toEqual([]);
});

test('a torn archive is refused', async () => {
  for (const type of ['zip', 'tgz'] as const) {
    const file = type === 'zip' ? await zip(good) : await tar(good, true);
    const bytes = readFileSync(file);
    writeFileSync(file, bytes.subarray(0, bytes.length / 2));
    await expect(unpackArchive(file, type, out)).rejects.toThrow(ArchiveError);
  }
});
