import { chmod, mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** An empty folder of orders, which a build may read whoever it runs as. */
export async function clearOrders(folder: string): Promise<void> {
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  await chmod(folder, 0o755);
}

/** From now on nothing of the build begins but what cleans up, whatever the signal that follows finds running. */
export async function orderStop(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, 'stop'), '');
}
