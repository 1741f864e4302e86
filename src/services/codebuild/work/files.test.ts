import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { FileSet } from '../model/buildspec/types.ts';
import { findFiles } from './files.ts';

let root: string;
let source: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'files-test-'));
  source = join(root, 'src');
  for (const path of [
    'appspec.yml',
    '.hidden',
    'dist/index.js',
    'dist/deep/er/a.js',
    'dist/deep/b.css',
    'lib/index.js',
  ]) {
    mkdirSync(dirname(join(source, path)), { recursive: true });
    writeFileSync(join(source, path), path);
  }
  writeFileSync(join(root, 'secret'), 'secret');
});
afterEach(() => rmSync(root, { recursive: true, force: true, maxRetries: 20 }));

const find = async (files: readonly string[], more: Partial<FileSet> = {}, keepLinks = false) => {
  const set = { files, excludePaths: [], baseDirectory: undefined, discardPaths: false, ...more };
  const found = await findFiles(source, set, { keepLinks });
  return { names: found.files.map((file) => file.path), notes: found.notes, files: found.files };
};

describe('C1.9', () => {
  const everything = [
    '.hidden',
    'appspec.yml',
    'dist/deep/b.css',
    'dist/deep/er/a.js',
    'dist/index.js',
    'lib/index.js',
  ];
  test.each([['*/*'], ['**/*'], ['*']])('%s names every file', async (pattern) => {
    expect((await find([pattern])).names).toEqual(everything);
  });
  test.each([
    [['dist/**/*'], {}, ['dist/deep/b.css', 'dist/deep/er/a.js', 'dist/index.js']],
    [['**/*'], { baseDirectory: 'dist' }, ['deep/b.css', 'deep/er/a.js', 'index.js']],
    [['**/*.js'], { baseDirectory: './dist' }, ['deep/er/a.js', 'index.js']],
    [['**/*'], { baseDirectory: 'dist', excludePaths: ['deep/*'] }, ['index.js']],
    [['**/*'], { baseDirectory: 'dist', discardPaths: true }, ['a.js', 'b.css', 'index.js']],
    [['appspec.yml', 'dist/index.js'], {}, ['appspec.yml', 'dist/index.js']],
    [['**/*'], { baseDirectory: '*i*' }, ['deep/b.css', 'deep/er/a.js', 'index.js']],
  ])('%j %j', async (files, more, names) => {
    expect((await find(files, more)).names).toEqual(names);
  });
});

test('what matches nothing is told', async () => {
  expect(await find(['appspec.yml', 'missing/*'])).toMatchObject({
    names: ['appspec.yml'],
    notes: ['no matching artifact paths found for missing/*'],
  });
  await expect(find(['*'], { baseDirectory: 'nowhere' })).rejects.toThrow(
    'no matching base directory path found for nowhere',
  );
});

test('files of one name are told when their folders are thrown away', async () => {
  expect((await find(['*/index.js'], { discardPaths: true })).notes).toEqual([
    'more than one file is called index.js: the last one is taken',
  ]);
});

test('an absolute path is fine when it stays in the source, as variables make it', async () => {
  expect((await find(['**/*.css'], { baseDirectory: join(source, 'dist') })).names).toEqual(['deep/b.css']);
  expect((await find([join(source, 'dist/*.css')])).names).toEqual(['dist/deep/b.css']);
});

test.each([
  [['../secret'], {}],
  [['a/../../secret'], {}],
  [['/etc/passwd'], {}],
  [['*'], { baseDirectory: '..' }],
  [['*'], { baseDirectory: '/etc' }],
])('nothing outside is ever read: %j %j', async (files, more) => {
  await expect(find(files, more)).rejects.toThrow('leaves the source folder');
});

describe('symbolic links', () => {
  test('to a file inside are followed, or kept when asked', async () => {
    symlinkSync('index.js', join(source, 'dist/link.js'));
    const followed = await find(['dist/link.js']);
    expect(followed.files[0]?.linkTarget).toBeUndefined();
    expect(followed.files[0]?.file.endsWith('dist/index.js')).toBe(true);
    expect((await find(['dist/link.js'], {}, true)).files[0]?.linkTarget).toBe('index.js');
  });
  test('out of the artifact are refused, whichever way they lead', async () => {
    symlinkSync('../secret', join(source, 'out'));
    await expect(find(['*'])).rejects.toThrow('the link out leads out');
    expect((await find(['*'], { excludePaths: ['out'] })).names).not.toContain('out');
    symlinkSync('../lib/index.js', join(source, 'dist/up.js'));
    await expect(find(['*'], { baseDirectory: 'dist' })).rejects.toThrow('the link up.js leads out');
    symlinkSync(root, join(source, 'door'));
    await expect(find(['door/secret'])).rejects.toThrow('leads out');
    await expect(find(['*'], { baseDirectory: 'door' })).rejects.toThrow('leads out of the source folder');
    symlinkSync('/etc', join(source, 'etc'));
    await expect(find(['etc/*'], {}, true)).rejects.toThrow('leads out');
  });
  test('in circles, to nothing and to folders are left out', async () => {
    symlinkSync('.', join(source, 'dist/self'));
    symlinkSync('nowhere', join(source, 'dist/dangling'));
    const found = await find(['dist/*']);
    expect(found.names).toEqual(['dist/deep/b.css', 'dist/deep/er/a.js', 'dist/index.js']);
    expect(found.notes.toSorted()).toEqual([
      'the link dist/dangling points to nothing and is left out',
      'the link dist/self points to a folder and is left out (enable-symlinks keeps it as a link)',
    ]);
  });
});
