import type {
  ActionDeclaration,
  ActionState,
  PipelineDeclaration,
  StageExecution,
  StageState,
  TransitionState,
} from '@aws-sdk/client-codepipeline';
import { paths } from '../../ui/paths.ts';
import { type ActionLink, actionLink } from '../shared/action-link.ts';
import { shortRevision } from '../shared/revision.ts';

/** An action as the stage card shows it: what is declared, and how it last went. */
export interface ActionView {
  readonly name: string;
  readonly category: string;
  readonly provider: string;
  readonly runOrder: number;
  readonly configuration: Readonly<Record<string, string>>;
  readonly status: string | undefined;
  readonly summary: string | undefined;
  readonly error: { readonly code: string | undefined; readonly message: string } | undefined;
  readonly changedAt: Date | undefined;
  readonly by: string | undefined;
  readonly externalId: string | undefined;
  readonly link: ActionLink | undefined;
  /** Set while the action waits for someone's decision. */
  readonly approvalToken: string | undefined;
  readonly revision: { readonly short: string; readonly to: string | undefined } | undefined;
}

export interface StageView {
  readonly name: string;
  readonly status: string | undefined;
  readonly executionId: string | undefined;
  readonly rollback: boolean;
  /** Undefined before the first stage. */
  readonly transition: TransitionState | undefined;
  readonly inbound: readonly StageExecution[];
  /** Actions of equal run order stand together, in order. */
  readonly groups: readonly (readonly ActionView[])[];
}

/** Joins a pipeline's definition and its state. Stages that the state does not know yet have not run. */
export function stageViews(
  definition: PipelineDeclaration | undefined,
  states: readonly StageState[] | undefined,
): StageView[] {
  return (definition?.stages ?? []).map((stage, index) => {
    const state = states?.find((each) => each.stageName === stage.name);
    const actions = (stage.actions ?? []).map((action) => {
      return actionView(
        action,
        state?.actionStates?.find((each) => each.actionName === action.name),
      );
    });
    return {
      name: stage.name ?? '',
      status: state?.latestExecution?.status,
      executionId: state?.latestExecution?.pipelineExecutionId,
      rollback: state?.latestExecution?.type === 'ROLLBACK',
      transition: index === 0 ? undefined : state?.inboundTransitionState,
      inbound:
        state?.inboundExecutions ?? (state?.inboundExecution === undefined ? [] : [state.inboundExecution]),
      groups: byRunOrder(actions),
    };
  });
}

/** Actions that failed in a stage that stands failed now, in order. */
export function failedActions(stages: readonly StageView[]): { stage: StageView; action: ActionView }[] {
  return stages
    .filter((stage) => stage.status === 'Failed')
    .flatMap((stage) => stage.groups.flat().map((action) => ({ stage, action })))
    .filter(({ action }) => action.status === 'Failed');
}

function actionView(action: ActionDeclaration, state: ActionState | undefined): ActionView {
  const provider = action.actionTypeId?.provider ?? '';
  const last = state?.latestExecution;
  const error = last?.errorDetails;
  const configuration = action.configuration ?? {};
  return {
    name: action.name ?? '',
    category: action.actionTypeId?.category ?? '',
    provider,
    runOrder: action.runOrder ?? 1,
    configuration,
    status: last?.status,
    summary: last?.summary,
    error: error === undefined ? undefined : { code: error.code, message: error.message ?? error.code ?? '' },
    changedAt: last?.lastStatusChange,
    by: last?.lastUpdatedBy,
    externalId: last?.externalExecutionId,
    link: actionLink(provider, last?.externalExecutionId, last?.externalExecutionUrl ?? state?.entityUrl),
    approvalToken: last?.status === 'InProgress' ? last.token : undefined,
    revision: revisionOf(provider, configuration, state),
  };
}

function revisionOf(
  provider: string,
  configuration: Readonly<Record<string, string>>,
  state: ActionState | undefined,
): ActionView['revision'] {
  const id = state?.currentRevision?.revisionId;
  if (id === undefined) return undefined;
  const repository = provider === 'CodeCommit' ? configuration['RepositoryName'] : undefined;
  return {
    short: shortRevision(id),
    to: repository === undefined ? undefined : paths.commit(repository, id),
  };
}

function byRunOrder(actions: readonly ActionView[]): ActionView[][] {
  const orders = [...new Set(actions.map((action) => action.runOrder))].toSorted((a, b) => a - b);
  return orders.map((order) => actions.filter((action) => action.runOrder === order));
}
