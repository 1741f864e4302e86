import { mkdirSync, mkdtempSync, readlinkSync, rmSync, writeFileSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { applyPlan, cleanUp } from './apply.ts';
import { syncTree } from './sync.ts';

let dir: string;
let synced: string[];
let restore: () => void;
beforeEach(async () => {
  dir = mkdtempSync(join(tmpdir(), 'sync-'));
  synced = [];
  // Watches the real flushes: each is noted by the name that its file has then, and carried out.
  const handle = await open(dir, 'r');
  const shape = Object.getPrototypeOf(handle) as { sync(this: { readonly fd: number }): Promise<void> };
  const { sync } = shape;
  await handle.close();
  shape.sync = function noted() {
    synced.push(readlinkSync(`/proc/self/fd/${this.fd}`).slice(dir.length));
    return sync.call(this);
  };
  restore = () => {
    shape.sync = sync;
  };
});
afterEach(() => {
  restore();
  rmSync(dir, { recursive: true, force: true, maxRetries: 20 });
});

function put(path: string): void {
  mkdirSync(join(dir, path, '..'), { recursive: true });
  writeFileSync(join(dir, path), path);
}

test('an unpacked revision is flushed whole', async () => {
  for (const path of ['a/one', 'a/b/two', 'three']) put(path);
  await syncTree(dir);
  expect(synced.toSorted()).toEqual(['', '/a', '/a/b', '/a/b/two', '/a/one', '/three']);
});

test('each installed file is flushed before it gets its name, and each folder that got an entry', async () => {
  for (const path of ['archive/one', 'archive/two']) put(path);
  const plan = {
    directories: ['/srv', '/srv/app'],
    files: [
      { from: 'one', to: '/srv/app/one' },
      { from: 'two', to: '/srv/app/two' },
    ],
  };
  const root = join(dir, 'root');
  mkdirSync(root);
  const grants = () => ({ mode: undefined, uid: undefined, gid: undefined });
  const { signal } = new AbortController();
  await applyPlan(plan, join(dir, 'archive'), root, grants, 'mark', signal);
  expect(synced.slice(0, 2).toSorted()).toEqual(['/root/srv/app/.one.mark', '/root/srv/app/.two.mark']);
  expect(synced.slice(2).toSorted()).toEqual(['/root', '/root/srv', '/root/srv/app']);

  synced = [];
  const installed = { files: plan.files.map((file) => file.to), directories: plan.directories };
  await cleanUp(installed, { directories: plan.directories, files: plan.files.slice(0, 1) }, root);
  expect(synced).toEqual(['/root/srv/app']);
});
