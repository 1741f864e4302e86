import { availableParallelism } from 'node:os';
import type { Tx } from '../../kernel/database/port.ts';
import { BUILD_KIND } from './model/build/state.ts';
import type { ProjectDefinition } from './model/request.ts';
import type { CodeBuildParts } from './parts.ts';

/** Builds are mostly waiting for disks, networks and each other. */
const SLOTS_PER_CPU = 4;
const MIN_SLOTS = 8;
const PAGE = 200;

export function slotCount(parts: CodeBuildParts): number {
  return parts.deps.concurrentBuilds ?? Math.max(MIN_SLOTS, SLOTS_PER_CPU * availableParallelism());
}

/** Makes whoever gives out slots wait for each other until the end of the transaction. */
export async function lockSlots(tx: Tx): Promise<void> {
  await tx.execute("update codebuild_slots set granted = granted + 1 where id = 'slots'");
}

interface ProjectKey {
  readonly account: string;
  readonly region: string;
  readonly project: string;
}

async function heldBy(tx: Tx, { account, region, project }: ProjectKey): Promise<number> {
  const [row] = await tx.query<{ held: number }>(
    `select count(*) as held from codebuild_builds
     where slot = 'held' and account = ? and region = ? and project = ?`,
    [account, region, project],
  );
  return Number(row?.held);
}

async function freeSlots(tx: Tx, slots: number): Promise<number> {
  const [row] = await tx.query<{ held: number }>(
    "select count(*) as held from codebuild_builds where slot = 'held'",
  );
  return slots - Number(row?.held);
}

/** Whether a new build may begin at once. The slots must be locked. */
export async function mayBegin(
  parts: CodeBuildParts,
  tx: Tx,
  key: ProjectKey,
  limit: number | undefined,
): Promise<boolean> {
  if ((await freeSlots(tx, slotCount(parts))) <= 0) return false;
  return limit === undefined || (await heldBy(tx, key)) < limit;
}

/** Begins waiting builds, the oldest first, while there are slots; those whose project has enough are passed over. */
export async function grantSlots(parts: CodeBuildParts, tx: Tx): Promise<void> {
  await lockSlots(tx);
  let free = await freeSlots(tx, slotCount(parts));
  let after = 0;
  const left = new Map<string, number>();
  while (free > 0) {
    const waiting = await tx.query<ProjectKey & { id: string; position: number; definition: string | null }>(
      `select b.account, b.region, b.project, b.id, b.position, p.definition
       from codebuild_builds b left join codebuild_projects p
         on p.account = b.account and p.region = b.region and p.name = b.project
       where b.slot = 'waiting' and b.position > ? order by b.position limit ${PAGE}`,
      [after],
    );
    for (const build of waiting) {
      after = build.position;
      const name = `${build.account}/${build.region}/${build.project}`;
      const room = left.get(name) ?? (await roomOf(tx, build));
      left.set(name, room - 1);
      if (room <= 0) continue;
      const ref = { kind: BUILD_KIND, id: build.id };
      await parts.kernel.transitions.apply(tx, build, ref, { kind: 'begin' });
      if (--free === 0) return;
    }
    if (waiting.length < PAGE) return;
  }
}

async function roomOf(tx: Tx, build: ProjectKey & { readonly definition: string | null }): Promise<number> {
  const limit = build.definition && (JSON.parse(build.definition) as ProjectDefinition).concurrentBuildLimit;
  return limit ? limit - (await heldBy(tx, build)) : Number.POSITIVE_INFINITY;
}
