import type { Reader, Tx } from '../../../kernel/database/port.ts';
import type { Scope } from '../../../kernel/scope.ts';
import type { VariableScope } from '../model/variables.ts';
import type { ActionRow } from '../tables.ts';
import type { StoredArtifact } from './artifacts.ts';

export async function actionById(
  reader: Reader,
  scope: Scope,
  actionExecutionId: string,
): Promise<ActionRow | undefined> {
  const rows = await reader.query<ActionRow>(
    'select * from codepipeline_actions where account = ? and region = ? and action_execution_id = ?',
    [scope.account, scope.region, actionExecutionId],
  );
  return rows[0];
}

/** What was found out while an action was started. */
export interface ActionFacts {
  readonly namespace: string | undefined;
  readonly resolved: Readonly<Record<string, string>>;
  readonly inputs: readonly StoredArtifact[];
  readonly outputs: readonly StoredArtifact[];
  readonly externalId?: string;
  readonly externalUrl?: string;
}

export async function recordFacts(
  tx: Tx,
  scope: Scope,
  actionExecutionId: string,
  facts: ActionFacts,
): Promise<void> {
  await tx.execute(
    `update codepipeline_actions set namespace = ?, resolved = ?, inputs = ?, outputs = ?,
       external_id = coalesce(?, external_id), external_url = coalesce(?, external_url)
     where account = ? and region = ? and action_execution_id = ?`,
    [
      facts.namespace ?? null,
      JSON.stringify(facts.resolved),
      JSON.stringify(facts.inputs),
      JSON.stringify(facts.outputs),
      facts.externalId ?? null,
      facts.externalUrl ?? null,
      scope.account,
      scope.region,
      actionExecutionId,
    ],
  );
}

export async function recordVariables(
  tx: Tx,
  scope: Scope,
  actionExecutionId: string,
  variables: Readonly<Record<string, string>>,
): Promise<void> {
  await tx.execute(
    'update codepipeline_actions set variables = ? where account = ? and region = ? and action_execution_id = ?',
    [JSON.stringify(variables), scope.account, scope.region, actionExecutionId],
  );
}

/** Output variables of the actions of an execution, by namespace; only those that succeeded publish any. */
export async function variablesOf(
  reader: Reader,
  scope: Scope,
  executionId: string,
  namespaces: readonly string[],
): Promise<VariableScope> {
  if (namespaces.length === 0) return {};
  const rows = await reader.query<{ namespace: string; variables: string }>(
    `select namespace, variables from codepipeline_actions
     where account = ? and region = ? and execution_id = ? and latest = 1 and status = 'Succeeded'
       and variables is not null and namespace in (${namespaces.map(() => '?').join(', ')})`,
    [scope.account, scope.region, executionId, ...namespaces],
  );
  return Object.fromEntries(
    rows.map((row) => [row.namespace, JSON.parse(row.variables) as Record<string, string>]),
  );
}
