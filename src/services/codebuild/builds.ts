import type { Reader, Tx } from '../../kernel/database/port.ts';
import type { Scope } from '../../kernel/scope.ts';
import type { StateChange } from '../../kernel/transitions/port.ts';
import { BUILD_KIND, type BuildState } from './model/build/state.ts';
import type { BuildRequest } from './model/request.ts';
import type { CodeBuildParts } from './parts.ts';
import type { BuildRow } from './tables.ts';

export interface FoundBuild {
  readonly row: BuildRow;
  readonly request: BuildRequest;
  readonly state: BuildState;
}

const COLUMNS = 'account, region, id, project, number, position, status, slot, started_at, request, plan';

export async function findBuildRow(reader: Reader, scope: Scope, id: string): Promise<BuildRow | undefined> {
  const [row] = await reader.query<BuildRow & Record<string, never>>(
    `select ${COLUMNS} from codebuild_builds where account = ? and region = ? and id = ?`,
    [scope.account, scope.region, id],
  );
  return row;
}

export async function findBuild(
  parts: CodeBuildParts,
  scope: Scope,
  id: string,
): Promise<FoundBuild | undefined> {
  const row = await findBuildRow(parts.kernel.database.read, scope, id);
  const state = row && (await parts.kernel.transitions.load<BuildState>(scope, { kind: BUILD_KIND, id }));
  return row && state && { row, request: JSON.parse(row.request) as BuildRequest, state };
}

/** Keeps the row's status and slot in step with the state. */
export async function projectBuild(
  tx: Tx,
  { scope, ref, before, after }: StateChange<BuildState>,
): Promise<void> {
  const slot = slotOf(after);
  if (before && slotOf(before) === slot && before.status === after.status) return;
  await tx.execute(
    'update codebuild_builds set status = ?, slot = ? where account = ? and region = ? and id = ?',
    [after.status, slot, scope.account, scope.region, ref.id],
  );
}

function slotOf(state: BuildState): string {
  if (state.stage === 'queued') return 'waiting';
  return state.stage === 'ended' ? 'free' : 'held';
}
