import { readdir, readFile, readlink, realpath, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

const MARK = 'pipewright-push';
const POLL_MS = 20;
const TERM_MS = 5_000;
const LOCKED = ['packed-refs.lock', 'HEAD.lock', 'config.lock'];

/** Notes the process group of a push under way: a server that dies leaves git running. */
export async function markPush(dir: string, processGroup: number): Promise<void> {
  await writeFile(join(dir, MARK), String(processGroup));
}

export async function unmarkPush(dir: string): Promise<void> {
  await rm(join(dir, MARK), { force: true });
}

/**
 * Ends what a push of an earlier server still does, so that no ref moves behind the back of the comparison that follows,
 * and takes away the locks that a killed git left. To be called before anybody else works on the repository.
 */
export async function endLeftovers(dir: string): Promise<void> {
  const group = Number(await readFile(join(dir, MARK), 'utf8').catch(() => ''));
  if (!(group > 1)) return;
  await endGroup(dir, group);
  for (const file of await readdir(join(dir, 'refs'), { recursive: true })) {
    if (file.endsWith('.lock')) await rm(join(dir, 'refs', file), { force: true });
  }
  for (const file of LOCKED) await rm(join(dir, file), { force: true });
  await unmarkPush(dir);
}

/** Ends the processes of a group that work in this folder, and waits until they are gone. */
export async function endGroup(dir: string, group: number): Promise<void> {
  const started = performance.now();
  while (await runsIn(dir, group)) {
    signal(group, performance.now() - started < TERM_MS ? 'SIGTERM' : 'SIGKILL');
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
}

function signal(group: number, name: NodeJS.Signals): void {
  try {
    process.kill(-group, name);
  } catch {
    // It ended by itself.
  }
}

/** Whether a process of this group works in this folder: a number alone may long be somebody else's. */
async function runsIn(dir: string, group: number): Promise<boolean> {
  const here = await realpath(dir);
  // Where there is no /proc nothing can be said, and nothing is killed.
  for (const pid of await readdir('/proc').catch(() => [])) {
    if (!/^\d+$/.test(pid)) continue;
    const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '');
    const [state, , groupOf] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    if (state === 'Z' || Number(groupOf) !== group) continue;
    const folder = await readlink(`/proc/${pid}/cwd`).catch(() => '');
    if (folder === here || folder.startsWith(`${here}/`)) return true;
  }
  return false;
}
