import type { Tx } from '../../../kernel/database/port.ts';
import type { Scope } from '../../../kernel/scope.ts';
import { announcePipeline, laneRef } from '../aggregates.ts';
import type { LaneInput } from '../model/lane/lane.ts';
import { laneId } from '../model/step.ts';
import type { CodePipelineParts } from '../parts.ts';
import { findPipeline, pinnedDefinition } from '../store/pipelines.ts';
import { removeSources } from '../store/sources.ts';
import { purgeTask } from '../tasks/purge.ts';

/** Deletes a pipeline; one that is not there is fine. Its lanes close at once, its executions are cancelled after it. */
export async function deletePipeline(
  parts: CodePipelineParts,
  tx: Tx,
  scope: Scope,
  name: string,
): Promise<void> {
  const row = await findPipeline(tx, scope, name);
  if (!row) return;
  const pipelineId = row.pipeline_id;
  const definition = await pinnedDefinition(tx, scope, pipelineId, row.version);
  for (const stage of definition.stages) {
    const input: LaneInput = { kind: 'close', pipelineId, stage: stage.name };
    await parts.kernel.transitions.apply(tx, scope, laneRef(laneId(pipelineId, stage.name)), input);
  }
  await removeSources(tx, scope, pipelineId);
  await tx.execute('delete from codepipeline_pipelines where account = ? and region = ? and name = ?', [
    scope.account,
    scope.region,
    name,
  ]);
  await parts.kernel.tasks.enqueue(tx, scope, purgeTask(pipelineId));
  announcePipeline(parts.kernel, tx, scope, name);
}
