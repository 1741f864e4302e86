import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { hidesNode, toolPath } from './tool-path.ts';

let folder: string;
let node: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'tool-path-'));
  for (const name of ['v22/bin', 'tools', 'app/node_modules/.bin'])
    mkdirSync(join(folder, name), { recursive: true });
  node = join(folder, 'v22/bin/node');
  writeFileSync(node, '', { mode: 0o755 });
});
afterAll(() => rmSync(folder, { recursive: true, force: true, maxRetries: 20 }));

test('the server’s PATH without modules of a project, the system’s folders, and its Node at the end', () => {
  const own = [
    join(folder, 'tools'),
    join(folder, 'app/node_modules/.bin'),
    'relative',
    join(folder, 'none'),
  ];
  expect(toolPath(own.join(':'), node)).toEqual({
    path: `${folder}/tools:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin:${folder}/v22/bin`,
    // What programs bring beside their bin comes along.
    folders: [`${folder}/tools`, `${folder}/v22`],
  });
});

test('a Node that lies in somebody’s closed folder is hidden from the user of builds', () => {
  const tools = { path: `${folder}/tools:${folder}/v22/bin`, folders: [] };
  chmodSync(folder, 0o755);
  expect(hidesNode(tools, node)).toBe(false);
  chmodSync(folder, 0o700);
  expect(hidesNode(tools, node)).toBe(process.getuid?.() === 0);
  writeFileSync(join(folder, 'tools/node'), '');
  expect(hidesNode(tools, node)).toBe(false);
});
