import type { Kernel } from '../../kernel/kernel.ts';
import type { AggregateType } from '../../kernel/transitions/port.ts';
import { projectBuild } from './builds.ts';
import { listenToRules } from './event-target.ts';
import type { CodeBuildRoom } from './face.ts';
import { buildAggregate } from './model/build/decide.ts';
import { buildListOperations } from './operations/build-lists.ts';
import { buildOperations } from './operations/builds.ts';
import { cacheOperations } from './operations/caches.ts';
import { projectOperations } from './operations/projects.ts';
import { reportGroupOperations } from './operations/report-groups.ts';
import { reportOperations } from './operations/reports.ts';
import type { CodeBuildDeps, CodeBuildParts } from './parts.ts';
import { askToStop, startPipelineBuild } from './pipeline-builds.ts';
import { reportsRule } from './retention.ts';
import { grantSlots } from './slots.ts';
import { codeBuildMigrations } from './tables.ts';
import { codeBuildTasks } from './tasks.ts';
import { createFollowers } from './work/follow.ts';

export { writeCloneRef } from './clone-ref.ts';
export type { ArtifactLocation, CodeBuildRoom, PipelineBuildRequest } from './face.ts';
export type { CodeBuildDeps, SecretReference, SecretResolver } from './parts.ts';

/** Builds: projects, their runs in the sandbox, their reports. */
export function createCodeBuildRoom(kernel: Kernel, deps: CodeBuildDeps): CodeBuildRoom {
  const followers = createFollowers(kernel);
  const parts: CodeBuildParts = { kernel, deps, follow: followers.follow };
  if (deps.events) listenToRules(parts, deps.events);
  return {
    name: 'codebuild',
    migrations: codeBuildMigrations,
    aggregates: [{ ...buildAggregate, project: projectBuild } as unknown as AggregateType],
    tasks: codeBuildTasks(parts),
    retention: [reportsRule(kernel)],
    async start() {
      // Runs go on without us: those that did are followed again, those that ended meanwhile are brought to their end.
      const held = await kernel.database.read.query<{ account: string; region: string; id: string }>(
        "select account, region, id from codebuild_builds where slot = 'held' and plan is not null",
      );
      for (const { account, region, id } of held) parts.follow({ account, region }, id);
      await kernel.database.transaction((tx) => grantSlots(parts, tx));
    },
    stop: () => followers.stop(),
    operations: {
      codebuild: {
        ...projectOperations(parts),
        ...buildOperations(parts),
        ...buildListOperations(parts),
        ...cacheOperations(parts),
        ...reportGroupOperations(parts),
        ...reportOperations(parts),
      },
    },
    startBuild: (scope, request) => startPipelineBuild(parts, scope, request),
    stopBuild: (scope, buildId) => askToStop(parts, scope, buildId),
  };
}
