import type { Reader, Tx } from '../../../kernel/database/port.ts';
import type { Scope } from '../../../kernel/scope.ts';
import type { PlaceRef } from '../actions/provider.ts';

/** An action that waits for its turn in a place. */
export interface Turn {
  /** Of the pipeline. */
  readonly home: Scope;
  readonly executionId: string;
  readonly stage: string;
  readonly action: string;
  readonly actionExecutionId: string;
}

interface TurnRow {
  readonly pipeline_account: string;
  readonly pipeline_region: string;
  readonly execution_id: string;
  readonly stage: string;
  readonly action: string;
  readonly action_execution_id: string;
}

/** Takes a place at the end of the queue. Who stands in it already stays where they are. */
export async function joinQueue(tx: Tx, place: PlaceRef, turn: Turn, position: number): Promise<void> {
  const { home } = turn;
  await tx.execute(
    `delete from codepipeline_turns
     where pipeline_account = ? and pipeline_region = ? and action_execution_id = ? and place <> ?`,
    [home.account, home.region, turn.actionExecutionId, place.id],
  );
  await tx.execute(
    `insert into codepipeline_turns (account, region, place, position, pipeline_account, pipeline_region,
       action_execution_id, execution_id, stage, action) values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
     on conflict (account, region, place, action_execution_id) do nothing`,
    [
      place.scope.account,
      place.scope.region,
      place.id,
      position,
      home.account,
      home.region,
      turn.actionExecutionId,
      turn.executionId,
      turn.stage,
      turn.action,
    ],
  );
}

/** The place that the action waited for, if it did. */
export async function leaveQueue(
  tx: Tx,
  home: Scope,
  actionExecutionId: string,
): Promise<PlaceRef | undefined> {
  const [row] = await tx.query<{ account: string; region: string; place: string }>(
    `delete from codepipeline_turns where pipeline_account = ? and pipeline_region = ? and action_execution_id = ?
     returning account, region, place`,
    [home.account, home.region, actionExecutionId],
  );
  return row && { scope: { account: row.account, region: row.region }, id: row.place };
}

/** Whose turn it is. */
export async function firstTurn(reader: Reader, place: PlaceRef): Promise<Turn | undefined> {
  const [row] = await reader.query<TurnRow>(
    `select pipeline_account, pipeline_region, execution_id, stage, action, action_execution_id
     from codepipeline_turns where account = ? and region = ? and place = ?
     order by position, action_execution_id limit 1`,
    [place.scope.account, place.scope.region, place.id],
  );
  return (
    row && {
      home: { account: row.pipeline_account, region: row.pipeline_region },
      executionId: row.execution_id,
      stage: row.stage,
      action: row.action,
      actionExecutionId: row.action_execution_id,
    }
  );
}

/** How many stand before an action; all of them when it does not wait itself. */
export async function turnsBefore(
  reader: Reader,
  place: PlaceRef,
  actionExecutionId: string,
): Promise<number> {
  const { account, region } = place.scope;
  const [own] = await reader.query<{ position: number }>(
    `select position from codepipeline_turns
     where account = ? and region = ? and place = ? and action_execution_id = ?`,
    [account, region, place.id, actionExecutionId],
  );
  const [row] = await reader.query<{ count: number | string }>(
    `select count(*) as count from codepipeline_turns
     where account = ? and region = ? and place = ? and action_execution_id <> ?${own ? ' and position < ?' : ''}`,
    [account, region, place.id, actionExecutionId, ...(own ? [own.position] : [])],
  );
  return Number(row?.count ?? 0);
}
