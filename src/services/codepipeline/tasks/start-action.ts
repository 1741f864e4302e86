import { ApiError, errorText } from '../../../kernel/errors.ts';
import type { Task, TaskDefinition, TaskOutcome, TaskRun } from '../../../kernel/tasks/port.ts';
import {
  ActionFailure,
  type ActionProvider,
  type Job,
  type PlaceRef,
  type SharedPlace,
  type Started,
} from '../actions/provider.ts';
import { findProvider } from '../actions/table.ts';
import { executionRef } from '../aggregates.ts';
import { type ActionDefinition, findAction, typeName } from '../model/definition.ts';
import type { ExecutionInput } from '../model/execution/inputs.ts';
import type { ExecutionState } from '../model/execution/state.ts';
import type { CodePipelineParts } from '../parts.ts';
import { type ActionFacts, recordFacts, recordVariables } from '../store/actions.ts';
import { putArtifacts } from '../store/artifacts.ts';
import { pinnedDefinition } from '../store/pipelines.ts';
import { turnsBefore } from '../store/turns.ts';
import { checkOutputSize } from './outputs.ts';
import { prepareJob, type StartAction } from './prepare-job.ts';
import { stopLate } from './stop-action.ts';
import { waitForTurn } from './turns.ts';

/** Starts one action at its provider. Whatever cannot be done fails the action, in words. */
export function startActionTask(parts: CodePipelineParts): TaskDefinition<StartAction> {
  return {
    kind: 'codepipeline.start-action',
    concurrency: 32,
    run: (task, run) => startAction(parts, task, run),
    exhausted: (task, error) =>
      outcomeOf(parts, task, undefined, failure('SystemUnavailable', errorText(error)), undefined),
  };
}

async function startAction(
  parts: CodePipelineParts,
  task: Task<StartAction>,
  run: TaskRun,
): Promise<TaskOutcome | undefined> {
  const { scope, payload } = task;
  const state = await parts.kernel.transitions.load<ExecutionState>(scope, executionRef(payload.executionId));
  const wanted = state?.stage?.actions.some(
    (action) => action.id === payload.actionExecutionId && action.status === 'InProgress',
  );
  if (!state || !wanted) return undefined;
  const definition = await pinnedDefinition(
    parts.kernel.database.read,
    scope,
    state.pipelineId,
    state.version,
  );
  const action = findAction(definition, payload.stage, payload.action);
  let job: Job | undefined;
  try {
    if (!action) throw new ActionFailure('ConfigurationError', `There is no action ${payload.action}`);
    const provider = findProvider(parts.providers, action.actionTypeId);
    if (!provider) {
      throw new ActionFailure(
        'ConfigurationError',
        `Action type ${typeName(action.actionTypeId)} is not built here yet`,
      );
    }
    job = await prepareJob(parts, scope, payload, state, definition, action, run.signal);
    const started = await startOrWait(parts, provider, job);
    if (started.kind === 'waiting') return waitOutcome(parts, task, job, action, started);
    if (started.kind === 'finished') checkOutputSize(started.variables ?? {});
    return outcomeOf(parts, task, job, inputOf(started), action, started);
  } catch (error) {
    const refused = refusal(error);
    if (!refused) throw error;
    return outcomeOf(parts, task, job, failure(refused.code, refused.message), action);
  }
}

interface Waiting {
  readonly kind: 'waiting';
  readonly shared: SharedPlace;
  readonly place: PlaceRef;
}

/** Whoever came earlier goes first, also when the place has just become free. */
async function startOrWait(
  parts: CodePipelineParts,
  provider: ActionProvider,
  job: Job,
): Promise<Started | Waiting> {
  const shared = provider.place;
  const place = await shared?.of(job);
  if (!shared || !place) return await provider.start(job);
  const waiting: Waiting = { kind: 'waiting', shared, place };
  if ((await turnsBefore(parts.kernel.database.read, place, job.key)) > 0) return waiting;
  try {
    return await provider.start(job);
  } catch (error) {
    if (shared.isTaken(error)) return waiting;
    throw error;
  }
}

function waitOutcome(
  parts: CodePipelineParts,
  task: Task<StartAction>,
  job: Job,
  action: ActionDefinition,
  { shared, place }: Waiting,
): TaskOutcome {
  const { executionId, actionExecutionId, stage } = task.payload;
  const turn = { home: task.scope, executionId, actionExecutionId, stage, action: action.name };
  const wait = waitForTurn(parts, shared, place, turn, task.id);
  return {
    async write(tx) {
      await recordFacts(tx, task.scope, actionExecutionId, factsOf(job, action, undefined));
      await wait.write(tx);
    },
  };
}

/** A failure that will be the same next time; undefined for one that may pass. */
function refusal(error: unknown): { readonly code: string; readonly message: string } | undefined {
  if (error instanceof ActionFailure) return error;
  if (!(error instanceof ApiError) || error.status >= 500) return undefined;
  const denied = /AccessDenied|UnauthorizedOperation/.test(error.code);
  return {
    code: denied ? 'PermissionError' : 'ConfigurationError',
    message: `${error.code}: ${error.message}`,
  };
}

type Answer = (token: string) => ExecutionInput;

function failure(errorCode: string, errorMessage: string): Answer {
  return (token) => ({
    kind: 'finished',
    token,
    result: { outcome: 'failed', errorCode, errorMessage, summary: errorMessage },
  });
}

function inputOf(started: Started): Answer {
  return (token) => {
    if (started.kind === 'finished') {
      const { kind: _kind, revision: _revision, variables: _variables, ...result } = started;
      return { kind: 'finished', token, result: { outcome: 'succeeded', ...result } };
    }
    const { kind, ...more } = started;
    return { kind: 'started', token, ...more, ...(kind === 'approval' ? { approval: true } : {}) };
  };
}

/** Rows first, then the answer: the events that the answer causes are made from the rows. */
function outcomeOf(
  parts: CodePipelineParts,
  task: Task<StartAction>,
  job: Job | undefined,
  answer: Answer,
  action: ActionDefinition | undefined,
  started?: Started,
): TaskOutcome {
  const { scope, payload } = task;
  const { executionId, actionExecutionId } = payload;
  return {
    async write(tx) {
      if (job) await recordFacts(tx, scope, actionExecutionId, factsOf(job, action, started));
      if (job && started) {
        const revision = started.kind === 'finished' ? started.revision : undefined;
        const now = parts.kernel.clock.now();
        await putArtifacts(tx, scope, executionId, job.action, job.outputs, now, revision);
        if (started.kind === 'finished' && started.variables) {
          await recordVariables(tx, scope, actionExecutionId, started.variables);
        }
      }
      const input = answer(actionExecutionId);
      const applied = await parts.kernel.transitions.apply(
        tx,
        scope,
        executionRef(executionId),
        input,
        task.id,
      );
      // Its pipeline was deleted while the work began: whoever was to stop it did not know of it yet.
      const deleted = (applied.state as ExecutionState).status === 'Cancelled';
      if (deleted && started?.kind === 'started') {
        await parts.kernel.tasks.enqueue(tx, scope, stopLate(executionId, actionExecutionId));
      }
    },
  };
}

function factsOf(job: Job, action: ActionDefinition | undefined, started: Started | undefined): ActionFacts {
  return {
    namespace: action?.namespace,
    resolved: job.configuration,
    inputs: job.inputs.map(({ name, bucket, key }) => ({ name, bucket, key })),
    outputs: job.outputs,
    ...(started?.externalId === undefined ? {} : { externalId: started.externalId }),
    ...(started?.externalUrl === undefined ? {} : { externalUrl: started.externalUrl }),
  };
}
