import { readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Build } from '@aws-sdk/client-codebuild';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { TEST_SCOPE } from '../../../../testkit/support/test-context.ts';
import { type BuildHouse, openBuildHouse } from './build-house.ts';

let house: BuildHouse;
beforeAll(async () => {
  house = await openBuildHouse();
  await house.makeRole();
  await house.s3.ensureBucket(TEST_SCOPE, 'caches');
});
afterAll(() => house[Symbol.asyncDispose]());

const LOCAL = { type: 'LOCAL', modes: ['LOCAL_CUSTOM_CACHE'] };
const S3 = { type: 'S3', location: 'caches/builds' };
/** Makes a tool when it is not there, and says which it was. */
const TOOL =
  'if [ -e tools/tool ]; then echo there; else mkdir tools; echo "echo tool" > tools/tool; chmod +x tools/tool; echo made; fi';
const spec = (cache: object, commands: readonly string[] = [TOOL, 'tools/tool']) => ({
  version: 0.2,
  phases: { build: { commands } },
  cache,
});
const run = async (project: string, more: object = {}) => house.ended(await house.start(project, more));
const cacheLines = async (build: Build) =>
  (await house.log(build)).flatMap(
    (line) =>
      /(Cache (?:hit|miss).*|(?:Nothing is k|K)ept in the cache.*|The cache of the buildspec.*)/.exec(
        line,
      )?.[1] ?? [],
  );

describe.each([
  ['LOCAL_CUSTOM_CACHE', LOCAL],
  ['S3', S3],
] as const)('%s', (name, cache) => {
  test('C4-S1: what a build made is there for the next one, until it is invalidated', async () => {
    const project = `tool-${name}`;
    await house.makeProject(project, spec({ paths: ['tools'] }), { cache });
    const first = await run(project);
    expect(await house.output(first)).toEqual(['made', 'tool']);
    expect(await cacheLines(first)).toEqual([
      'Cache miss: nothing is kept for default',
      expect.stringMatching(/^Kept in the cache: default, 1 file\(s\), 1 kB$/),
    ]);
    house.kernel.clock.advance(7 * 60_000);
    const second = await run(project);
    expect(await house.output(second)).toEqual(['there', 'tool']);
    expect((await cacheLines(second))[0]).toMatch(/^Cache hit: default, 1 kB, kept [78] minutes ago$/);
    await house.call('InvalidateProjectCache', { projectName: project });
    expect(await house.output(await run(project))).toEqual(['made', 'tool']);
  });

  test('a failed build keeps nothing', async () => {
    const project = `failing-${name}`;
    await house.makeProject(project, spec({ paths: ['tools/**/*'] }, [TOOL, 'exit 1']), { cache });
    await run(project);
    const again = await run(project);
    expect(await house.output(again)).toEqual(['made']);
    expect(await cacheLines(again)).toEqual(['Cache miss: nothing is kept for default']);
  });

  test('C4.2: the key tells what is in it, and a fallback finds the newest that begins so', async () => {
    const project = `keys-${name}`;
    const keyed = {
      key: 'v-$N-$(codebuild-hash-files lock*)',
      'fallback-keys': ['w-', 'v-'],
      paths: ['seen'],
    };
    const bucket = `sources-${name.toLowerCase().replaceAll('_', '-')}`;
    const buildspec = JSON.stringify(spec(keyed, ['cat seen 2>/dev/null; echo $N $(cat lock) >> seen']));
    const put = (lock: string) => house.putZip(bucket, 'app.zip', { lock });
    await put('one');
    await house.makeProject(project, '', {
      source: { type: 'S3', location: `${bucket}/app.zip`, buildspec },
      cache,
    });
    const withN = (value: string) => run(project, { environmentVariablesOverride: [{ name: 'N', value }] });
    expect(await house.output(await withN('1'))).toEqual([]);
    const same = await withN('1');
    expect(await house.output(same)).toEqual(['1 one']);
    // The very key was there: it is not kept again.
    expect(await cacheLines(same)).toEqual([expect.stringMatching(/^Cache hit: v-1-[0-9a-f]{64}/)]);
    await put('two');
    house.kernel.clock.advance(1_000);
    const other = await withN('1');
    expect(await house.output(other)).toEqual(['1 one']);
    expect(await cacheLines(other)).toEqual([
      expect.stringMatching(/^Cache hit: v-1-/),
      expect.stringMatching(/^Kept in the cache: v-1-/),
    ]);
    expect(await house.output(await withN('1'))).toEqual(['1 one', '1 two']);
  });
});

test('C4.5: a namespace shares an object store’s cache, without one every project has its own', async () => {
  const shared = { ...S3, cacheNamespace: 'all' };
  for (const [project, cache] of [
    ['own', S3],
    ['share-1', shared],
    ['share-2', shared],
  ] as const)
    await house.makeProject(project, spec({ paths: ['tools'] }), { cache });
  for (const [project, output] of [
    ['own', 'made'],
    ['share-1', 'made'],
    ['share-2', 'there'],
  ] as const)
    expect((await house.output(await run(project)))[0]).toBe(output);
});

test('C4.3: what is damaged or gone is a miss, and is made again', async () => {
  const folder = join(house.kernel.dataDir, 'build-caches');
  await house.makeProject('damaged', spec({ paths: ['tools'] }, [`${TOOL}; date +%s%N > tools/when`]), {
    cache: LOCAL,
  });
  const known = new Set(readdirSync(folder));
  await run('damaged');
  const [file] = readdirSync(folder).filter((each) => !known.has(each));
  writeFileSync(join(folder, file as string), 'not a zip');
  const damaged = await run('damaged');
  expect(await house.output(damaged)).toEqual(['made']);
  expect((await cacheLines(damaged))[0]).toBe('Cache miss: what was kept for default is gone or damaged');
  for (const each of readdirSync(folder)) if (!known.has(each)) rmSync(join(folder, each));
  const gone = await run('damaged');
  expect(await house.output(gone)).toEqual(['made']);
  expect(gone.buildStatus).toBe('SUCCEEDED');
  expect(await house.output(await run('damaged'))).toEqual(['there']);
});

test('paths at home and links are kept; what the source brings itself wins', async () => {
  const commands = [
    'cat "$HOME/.cache/x" lock; readlink bin/link || echo no link',
    'mkdir -p "$HOME/.cache" bin; echo kept > "$HOME/.cache/x"; echo changed > lock',
    'echo tool > bin/tool; ln -sfn tool bin/link',
  ];
  await house.putZip('sources', 'home.zip', { lock: 'from the source\n' });
  const paths = ['~/.cache/**/*', 'bin/**/*', 'lock'];
  const buildspec = JSON.stringify(
    spec({ paths }, [`(${commands[0]}) 2>/dev/null; true`, ...commands.slice(1)]),
  );
  const source = { type: 'S3', location: 'sources/home.zip', buildspec };
  await house.makeProject('home', '', { source, cache: LOCAL });
  expect(await house.output(await run('home'))).toEqual(['from the source', 'no link']);
  expect(await house.output(await run('home'))).toEqual(['kept', 'from the source', 'tool']);
});

test('a cache that leaves the source keeps nothing, and the build is none the worse', async () => {
  await house.makeProject(
    'leaving',
    spec({ paths: ['link', 'fine'] }, ['ln -s /etc/passwd link; touch fine']),
    { cache: LOCAL },
  );
  const build = await run('leaving');
  expect(build.buildStatus).toBe('SUCCEEDED');
  expect((await cacheLines(build)).at(-1)).toMatch(/^Nothing is kept in the cache: the link link leads out/);
});

test('without a cache of the project the buildspec’s is not used, and the log says so', async () => {
  await house.makeProject('none', spec({ paths: ['tools'] }));
  expect(await cacheLines(await run('none'))).toEqual([
    'The cache of the buildspec is not used: the project has no cache.',
  ]);
  await house.makeProject('docker', spec({ paths: ['tools'] }), {
    cache: { type: 'LOCAL', modes: ['LOCAL_DOCKER_LAYER_CACHE'] },
  });
  expect((await cacheLines(await run('docker')))[0]).toContain('has not the mode LOCAL_CUSTOM_CACHE');
});

test('a cache that cannot be is refused when the project is made', async () => {
  await expect(house.makeProject('wrong', spec({ paths: ['a'] }), { cache: { type: 'S3' } })).rejects.toThrow(
    'Project cache: location, a bucket',
  );
  await expect(
    house.makeProject('wrong', spec({ paths: ['a'] }), { cache: { ...S3, location: 'caches/../other' } }),
  ).rejects.toThrow('must not contain ".."');
  await expect(
    house.makeProject('wrong', spec({ paths: ['a'] }), { cache: { ...S3, cacheNamespace: '../x' } }),
  ).rejects.toThrow('cacheNamespace');
});

test('deleting a project deletes what it kept', async () => {
  await using own = await openBuildHouse();
  await own.makeRole();
  await own.makeProject('gone', spec({ paths: ['tools'] }), { cache: LOCAL });
  await own.ended(await own.start('gone'));
  const kept = () => readdirSync(join(own.kernel.dataDir, 'build-caches'));
  expect(kept()).toHaveLength(1);
  await own.call('DeleteProject', { name: 'gone' });
  expect(kept()).toEqual([]);
});
