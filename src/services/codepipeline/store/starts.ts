import type { Reader } from '../../../kernel/database/port.ts';
import type { Scope } from '../../../kernel/scope.ts';
import type { WantedRevision } from '../actions/provider.ts';
import type { PipelineVariable } from '../model/variables.ts';

export interface StartFacts {
  readonly variables: readonly PipelineVariable[];
  readonly revisions: Readonly<Record<string, WantedRevision>>;
}

/** What an execution was started with. */
export async function startFacts(reader: Reader, scope: Scope, executionId: string): Promise<StartFacts> {
  const [row] = await reader.query<{ variables: string; revisions: string }>(
    'select variables, revisions from codepipeline_starts where account = ? and region = ? and execution_id = ?',
    [scope.account, scope.region, executionId],
  );
  return {
    variables: JSON.parse(row?.variables ?? '[]') as PipelineVariable[],
    revisions: JSON.parse(row?.revisions ?? '{}') as Record<string, WantedRevision>,
  };
}
