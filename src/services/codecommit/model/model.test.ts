import { spawnSync } from 'node:child_process';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseCommit, parseSignature, signatureDate } from './commit.ts';
import { normalFolder, normalPath } from './file-path.ts';
import { gitProtocol, parseBasic, parseGitPath } from './git-request.ts';
import { type Ref, refChanges } from './ref-changes.ts';
import { clashingRef, isBranchName } from './ref-name.ts';
import { lastMover } from './reflog.ts';
import { formatTree, parseTree, type TreeEntry } from './tree.ts';
import { editTree, type PathChange } from './tree-edit.ts';

const basic = (text: string) => `Basic ${Buffer.from(text).toString('base64')}`;
const objectId = (n: number) => n.toString(16).padStart(40, '0');

describe('names of branches', () => {
  it('are those that git takes (property)', () => {
    const part = fc.string({
      unit: fc.constantFrom(
        'a',
        'b',
        '/',
        '.',
        '-',
        '@',
        '{',
        '~',
        ' ',
        '\\',
        '*',
        'ü',
        '.lock',
        'HEAD',
        '\u007f',
        '\t',
      ),
      minLength: 1,
      maxLength: 6,
    });
    fc.assert(
      fc.property(part, (name) => {
        const git = spawnSync('git', ['check-ref-format', `refs/heads/${name}`]).status === 0;
        const asBranch = git && !name.startsWith('-') && name !== 'HEAD' && name !== '@';
        expect(isBranchName(name)).toBe(asBranch);
      }),
      { numRuns: 150 },
    );
  });

  it('cannot be above or below one another', () => {
    expect(clashingRef('refs/heads/a', ['refs/heads/a/b'])).toBe('refs/heads/a/b');
    expect(clashingRef('refs/heads/a/b/c', ['refs/heads/ab', 'refs/heads/a/b'])).toBe('refs/heads/a/b');
    expect(clashingRef('refs/heads/ab', ['refs/heads/a'])).toBeUndefined();
  });
});

describe('request targets', () => {
  it('are taken as they stand', () => {
    expect(parseGitPath('GET', '/v1/repos/app/info/refs?service=git-upload-pack')).toEqual({
      kind: 'git',
      request: { repository: 'app', service: 'git-upload-pack', step: 'refs', base: '/v1/repos/app' },
    });
    expect(parseGitPath('POST', '/v1/repos/a.b-c_d/git-receive-pack')).toMatchObject({
      kind: 'git',
      request: { service: 'git-receive-pack', step: 'rpc' },
    });
    expect(parseGitPath('GET', '/v2/x')).toEqual({ kind: 'other' });
    for (const [method, target, status] of [
      ['GET', '/v1/repos/../info/refs?service=git-upload-pack', 404],
      ['GET', '/v1/repos/%2e%2e/info/refs?service=git-upload-pack', 404],
      ['GET', '/v1/repos/a/../b/info/refs?service=git-upload-pack', 404],
      ['GET', '/v1/repos/app.git/info/refs?service=git-upload-pack', 404],
      ['GET', '/v1/repos/app/info/refs', 403],
      ['GET', '/v1/repos/app/info/refs?service=git-shell', 403],
      ['POST', '/v1/repos/app/info/refs?service=git-upload-pack', 405],
      ['GET', '/v1/repos/app/git-upload-pack', 405],
      ['GET', '/v1/repos/app/objects/info/packs', 404],
      ['GET', '/v1/repos/', 404],
    ] as const) {
      expect(parseGitPath(method, target)).toMatchObject({ kind: 'refused', status });
    }
  });

  it('carry credentials and a protocol, or not', () => {
    expect(parseBasic(basic('ada:a:b'))).toEqual({ userName: 'ada', password: 'a:b' });
    expect(parseBasic(basic('ada'))).toEqual({ userName: 'ada', password: '' });
    expect(parseBasic('Bearer x')).toBeUndefined();
    expect(parseBasic(undefined)).toBeUndefined();
    expect(gitProtocol('version=2')).toBe('version=2');
    expect(gitProtocol('version=2\nX=1')).toBeUndefined();
  });
});

describe('changes of refs', () => {
  const refs = fc
    .dictionary(fc.constantFrom('a', 'b', 'c', 'd', 'e'), fc.constantFrom('1', '2', '3'))
    .map((named) => Object.entries(named).map(([name, id]): Ref => ({ name, objectId: id, commitId: id })));

  it('lead from what was to what is (property)', () => {
    fc.assert(
      fc.property(refs, refs, (before, after) => {
        const state = new Map(before.map((ref) => [ref.name, ref.objectId]));
        for (const change of refChanges(before, after)) {
          if (change.kind === 'deleted') {
            expect(state.get(change.before.name)).toBe(change.before.objectId);
            state.delete(change.before.name);
            continue;
          }
          expect(state.get(change.after.name)).toBe(
            change.kind === 'created' ? undefined : change.before.objectId,
          );
          state.set(change.after.name, change.after.objectId);
        }
        expect(state).toEqual(new Map(after.map((ref) => [ref.name, ref.objectId])));
        expect(refChanges(after, after)).toEqual([]);
      }),
    );
  });

  it('have their mover in the reflog', () => {
    const id = 'a'.repeat(40);
    const line = `${id} ${id} arn:aws:iam::111111111111:user/ada <push> 1700000000 +0000\tpush`;
    expect(lastMover(`${line.replace('ada', 'eve')}\n${line}\n`)).toBe('arn:aws:iam::111111111111:user/ada');
    expect(lastMover('')).toBeUndefined();
    expect(lastMover(`${id} ${id} Ada <ada@example.com> 1 +0000\n`)).toBeUndefined();
  });
});

describe('paths', () => {
  it('stay inside the repository', () => {
    expect(normalPath('/a/b.txt')).toBe('a/b.txt');
    expect(normalPath('.gitignore')).toBe('.gitignore');
    expect(normalPath('a/.github/x')).toBe('a/.github/x');
    for (const path of [
      '',
      '/',
      'a/',
      '//a',
      '..',
      'a/..',
      '.git',
      'a/.Git',
      '.git.',
      '.git::$DATA',
      'GIT~1',
      'a\0b',
    ]) {
      expect(normalPath(path)).toBeUndefined();
    }
    expect([normalFolder('/'), normalFolder(''), normalFolder('a/b/'), normalFolder('a/../b')]).toEqual([
      '',
      '',
      'a/b',
      undefined,
    ]);
  });
});

describe('trees', () => {
  it('are read as they were written', () => {
    const entries: TreeEntry[] = [
      { mode: '100644', name: 'a-b', id: objectId(1) },
      { mode: '40000', name: 'a', id: objectId(2) },
      { mode: '100644', name: 'a.txt', id: objectId(3) },
      { mode: '120000', name: 'ü', id: objectId(4) },
    ];
    // A folder sorts as if its name ended in a slash.
    expect(parseTree(formatTree(entries)).map((entry) => entry.name)).toEqual(['a-b', 'a.txt', 'a', 'ü']);
  });

  it('are edited as a map of paths would be (property)', () => {
    const path = fc
      .array(fc.constantFrom('a', 'b', 'c'), { minLength: 1, maxLength: 3 })
      .map((parts) => parts.join('/'));
    const change: fc.Arbitrary<PathChange> = fc.oneof(
      fc.record({
        kind: fc.constant('put' as const),
        path,
        mode: fc.constant('100644' as const),
        id: fc.nat(99).map(objectId),
      }),
      fc.record({ kind: fc.constant('delete' as const), path }),
    );
    fc.assert(
      fc.property(fc.array(change, { maxLength: 12 }), (changes) => {
        const trees = new Map<string, Buffer>();
        const contents = new Map<string, string>();
        const hashTree = (content: Buffer) => {
          const key = content.toString('base64');
          const known = contents.get(key) ?? objectId(1000 + contents.size);
          contents.set(key, known);
          trees.set(known, content);
          return known;
        };
        const files = new Map<string, string>();
        let root: string | undefined;
        for (const each of changes) {
          const edited = editTree(root, [each], { trees, hashTree });
          const blocked =
            each.kind === 'delete'
              ? !files.has(each.path)
              : [...files.keys()].some(
                  (at) => at.startsWith(`${each.path}/`) || each.path.startsWith(`${at}/`),
                );
          expect('problem' in edited).toBe(blocked);
          if ('problem' in edited) continue;
          root = edited.id;
          if (each.kind === 'put') files.set(each.path, each.id);
          else files.delete(each.path);
          expect(flatten(trees, root)).toEqual(new Map([...files].toSorted()));
        }
      }),
    );
  });
});

function flatten(trees: ReadonlyMap<string, Buffer>, root: string): Map<string, string> {
  const found: [string, string][] = [];
  const walk = (id: string, folder: string) => {
    for (const entry of parseTree(trees.get(id) ?? Buffer.alloc(0))) {
      if (entry.mode === '40000') walk(entry.id, `${folder}${entry.name}/`);
      else found.push([folder + entry.name, entry.id]);
    }
  };
  walk(root, '');
  return new Map(found.toSorted());
}

describe('commits', () => {
  it('are read past signatures, with odd people in them', () => {
    const commit = parseCommit(
      Buffer.from(
        `tree ${'a'.repeat(40)}\nparent ${'b'.repeat(40)}\nauthor Ada L <ada@example.com> 1700000000 +0200\n` +
          'committer <> 1700000001 -0500\ngpgsig -----BEGIN\n author Eve <e> 1 +0000\n -----END\n\nfirst\n\ntext\n',
      ),
    );
    expect(commit).toMatchObject({
      treeId: 'a'.repeat(40),
      parents: ['b'.repeat(40)],
      message: 'first\n\ntext\n',
    });
    expect(commit.author).toEqual({
      name: 'Ada L',
      email: 'ada@example.com',
      seconds: 1700000000,
      zone: '+0200',
    });
    expect(signatureDate(commit.committer)).toBe('1700000001 -0500');
    expect(parseSignature('nobody')).toMatchObject({ name: 'nobody', seconds: 0 });
  });
});
