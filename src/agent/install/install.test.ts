import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createSystemClock } from '../../kernel/clock-system.ts';
import { createLogger } from '../../kernel/telemetry/logger.ts';
import type { HostCommand } from '../../pure/agent-protocol.ts';
import { type AppSpec, parseAppSpec } from '../../pure/appspec/index.ts';
import type { CommandContext } from '../command/context.ts';
import { deploymentFolders } from '../state/folders.ts';
import { openGroup } from '../state/group-state.ts';
import { openJournal } from '../state/journal.ts';
import { install } from './install.ts';
import { appliesTo } from './permissions.ts';

let dir: string;
let root: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'install-'));
  root = join(dir, 'root');
  mkdirSync(root);
});
afterEach(() => rmSync(dir, { recursive: true, force: true, maxRetries: 20 }));

let count = 0;
/** Installs a revision with these files; answers the event's end. */
async function deploy(
  files: Readonly<Record<string, string>>,
  spec: string,
  behavior: HostCommand['fileExistsBehavior'] = 'DISALLOW',
  id = `d-00000000${++count % 10}`,
) {
  const stateDir = join(dir, 'state');
  const folders = deploymentFolders(stateDir, id);
  for (const [path, content] of Object.entries(files)) put(join(folders.archive, path), content);
  const { appSpec, findings } = parseAppSpec(`version: 0.0\nos: linux\n${spec}`);
  expect(findings).toEqual([]);
  const context = {
    command: { deploymentId: id, fileExistsBehavior: behavior } as HostCommand,
    hostName: 'h',
    root,
    stateDir,
    folders,
    group: openGroup(stateDir, 'g'),
    journal: openJournal(folders.journal),
    clock: createSystemClock(),
    logger: createLogger({ level: 'silent' }),
    environment: {},
    signal: new AbortController().signal,
  } as unknown as CommandContext;
  return install(context, appSpec as AppSpec);
}

function put(path: string, content: string) {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, content);
}
const on = (path: string) => join(root, path);
const text = (path: string) => (existsSync(on(path)) ? readFileSync(on(path), 'utf8') : undefined);
const SPEC = 'files:\n  - {source: /web, destination: /srv/app}\n';
const ok = { status: 'Succeeded' };

test('a file goes into its destination, a folder gives its contents, / is the whole revision (D1.8)', async () => {
  const spec =
    'files:\n  - {source: a/one.txt, destination: /x}\n  - {source: a, destination: /y}\n  - {source: /, destination: /z}\n';
  expect(await deploy({ 'a/one.txt': '1', 'a/b/two.txt': '2' }, spec)).toEqual(ok);
  expect([text('x/one.txt'), text('y/one.txt'), text('y/b/two.txt'), text('z/a/b/two.txt')]).toEqual([
    '1',
    '1',
    '2',
    '2',
  ]);
});

test('files of the revision before that the new one lacks go away, foreign ones stay (D1.16)', async () => {
  expect(await deploy({ 'web/a': '1', 'web/old/b': '1' }, SPEC)).toEqual(ok);
  put(on('srv/app/foreign'), 'mine');
  expect(await deploy({ 'web/a': '2', 'web/c': '2' }, SPEC)).toEqual(ok);
  expect([text('srv/app/a'), text('srv/app/c'), text('srv/app/foreign')]).toEqual(['2', '2', 'mine']);
  expect(existsSync(on('srv/app/old'))).toBe(false);
  expect(await deploy({ 'web/only': '3' }, 'files:\n  - {source: /web, destination: /elsewhere}\n')).toEqual(
    ok,
  );
  expect([text('srv/app/a'), text('srv/app/foreign'), text('elsewhere/only')]).toEqual([
    undefined,
    'mine',
    '3',
  ]);
});

test('DISALLOW refuses a foreign file before anything is changed, OVERWRITE replaces it, RETAIN leaves it', async () => {
  put(on('srv/app/b'), 'mine');
  const refused = await deploy({ 'web/a': '1', 'web/b': '1' }, SPEC);
  expect(refused).toMatchObject({
    status: 'Failed',
    diagnostics: { message: expect.stringContaining('/srv/app/b') },
  });
  expect(text('srv/app/a')).toBeUndefined();
  expect(await deploy({ 'web/a': '1', 'web/b': '1' }, SPEC, 'RETAIN')).toEqual(ok);
  expect([text('srv/app/a'), text('srv/app/b')]).toEqual(['1', 'mine']);
  // The appspec beats the deployment's own setting.
  expect(await deploy({ 'web/b': '2' }, `file_exists_behavior: OVERWRITE\n${SPEC}`, 'RETAIN')).toEqual(ok);
  expect([text('srv/app/a'), text('srv/app/b')]).toEqual([undefined, '2']);
});

test('a restarted Install goes on with its plan: what it copied itself is no foreign file', async () => {
  expect(await deploy({ 'web/a': '1' }, SPEC, 'DISALLOW', 'd-AAAAAAAAA')).toEqual(ok);
  // As after a crash between the copying and the last note.
  openGroup(join(dir, 'state'), 'g').change({ installed: { files: [], directories: [] } });
  expect(await deploy({ 'web/a': '1' }, SPEC, 'DISALLOW', 'd-AAAAAAAAA')).toEqual(ok);
  expect(text('srv/app/a')).toBe('1');
  expect(await deploy({ 'web/b': '1' }, SPEC)).toEqual(ok);
  expect(text('srv/app/a')).toBeUndefined();
});

test('two sources for one destination, a missing source and a folder in the way are refused', async () => {
  const two = 'files:\n  - {source: a/x, destination: /d}\n  - {source: b/x, destination: /d}\n';
  expect(await deploy({ 'a/x': '1', 'b/x': '2' }, two)).toMatchObject({ status: 'Failed' });
  expect(await deploy({ a: '1' }, 'files:\n  - {source: nope, destination: /d}\n')).toMatchObject({
    diagnostics: { message: 'The revision has no nope to copy to /d.' },
  });
  mkdirSync(on('srv/app/a'), { recursive: true });
  expect(await deploy({ 'web/a': '1' }, SPEC, 'OVERWRITE')).toMatchObject({ status: 'Failed' });
  put(on('file'), 'x');
  expect(await deploy({ 'web/a': '1' }, 'files:\n  - {source: web, destination: /file}\n')).toMatchObject({
    diagnostics: { message: '/file is a file on this host, and a folder in the revision.' },
  });
});

test('a link on the host does not lead out of the root', async () => {
  const outside = join(dir, 'outside');
  mkdirSync(outside);
  symlinkSync(outside, on('srv'));
  expect(await deploy({ 'web/a': '1' }, SPEC)).toMatchObject({
    diagnostics: { message: expect.stringContaining('root folder') },
  });
  expect(existsSync(join(outside, 'app'))).toBe(false);
});

test('permissions: mode by pattern, exceptions and type; unknown owners are refused before any change', async () => {
  const spec = `${SPEC}permissions:
  - {object: /srv/app, pattern: "*.sh", except: [private.sh], mode: "750", type: [file]}
  - {object: /srv/app/deep, mode: "700", type: [directory]}
`;
  const files = { 'web/run.sh': '', 'web/private.sh': '', 'web/deep/run.sh': '' };
  expect(await deploy(files, spec)).toEqual(ok);
  const mode = (path: string) => (statSync(on(path)).mode & 0o777).toString(8);
  expect([
    mode('srv/app/run.sh'),
    mode('srv/app/private.sh'),
    mode('srv/app/deep/run.sh'),
    mode('srv/app/deep'),
  ]).toEqual(['750', '644', '644', '700']);
  const bad = `${SPEC}permissions:\n  - {object: /srv/app, owner: no-such-user-here}\n`;
  expect(await deploy({ 'web/new': '' }, bad)).toMatchObject({
    diagnostics: { message: 'The owner no-such-user-here of /srv/app does not exist.' },
  });
  expect(existsSync(on('srv/app/run.sh'))).toBe(true);
  expect(existsSync(on('srv/app/new'))).toBe(false);
});

test.runIf(process.getuid?.() === 0)('owner and group are set when the agent is root', async () => {
  const spec = `${SPEC}permissions:\n  - {object: /srv/app, owner: nobody, group: nogroup}\n`;
  expect(await deploy({ 'web/a': '1' }, spec)).toEqual(ok);
  expect(statSync(on('srv/app/a')).uid).toBe(statSync(on('srv/app')).uid);
  expect(statSync(on('srv/app/a')).uid).not.toBe(0);
});

test('type: [file] alone means the files directly in the object', () => {
  const permission = (changes: object) => ({
    object: '/a',
    pattern: '**',
    except: [],
    types: ['file', 'directory'] as ('file' | 'directory')[],
    owner: undefined,
    group: undefined,
    mode: 0o600,
    ...changes,
  });
  expect(appliesTo(permission({}), '/a/b/c', 'file')).toBe(true);
  expect(appliesTo(permission({ types: ['file'] }), '/a/b/c', 'file')).toBe(false);
  expect(appliesTo(permission({ types: ['file'] }), '/a/c', 'file')).toBe(true);
  expect(appliesTo(permission({ types: ['file'] }), '/a', 'file')).toBe(true);
  expect(appliesTo(permission({ types: ['directory'] }), '/a/b/c', 'directory')).toBe(true);
  expect(appliesTo(permission({}), '/ab/c', 'file')).toBe(false);
});
