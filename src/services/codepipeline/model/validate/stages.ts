import type { StageDefinition } from '../definition.ts';
import { isName, NAME_HINT, repetitions } from './names.ts';
import type { Report } from './problem.ts';
import { MAX_ACTIONS_PER_STAGE } from './structure.ts';

/** Rules of one stage: names, counts, and what a stage may declare besides its actions. */
export function checkStage(stage: StageDefinition, index: number, report: Report): void {
  const path = ['stages', index];
  const wrong = (member: string, message: string, hint?: string) =>
    report({
      kind: 'stage',
      path: [...path, member],
      message,
      ...(hint === undefined ? {} : { hint }),
    });
  if (!isName(stage.name)) wrong('name', `'${stage.name}' is not a stage name`, NAME_HINT);
  if (stage.actions.length === 0) wrong('actions', `Stage '${stage.name}' must have at least one action`);
  if (stage.actions.length > MAX_ACTIONS_PER_STAGE) {
    report({
      kind: 'limit',
      path: [...path, 'actions'],
      message: `Stage '${stage.name}' has ${stage.actions.length} actions, ${MAX_ACTIONS_PER_STAGE} are allowed`,
    });
  }
  for (const repetition of repetitions(stage.actions.map((action) => action.name))) {
    report({
      kind: 'action',
      path: [...path, 'actions', repetition.index, 'name'],
      message: `Action name '${repetition.name}' is used more than once in stage '${stage.name}'. Action names must be unique within a stage`,
    });
  }
  if (stage.blockers?.length) {
    report({
      kind: 'blocker',
      path: [...path, 'blockers'],
      message: `Stage '${stage.name}' declares blockers, which are reserved for future use`,
    });
  }
  checkConditions(stage, wrong);
}

function checkConditions(
  stage: StageDefinition,
  wrong: (member: string, message: string, hint?: string) => void,
): void {
  for (const member of ['beforeEntry', 'onSuccess'] as const) {
    if (stage[member] !== undefined) {
      wrong(member, `Conditions of ${member} in stage '${stage.name}' are not built here yet`);
    }
  }
  const failure = stage.onFailure;
  if (failure === undefined) return;
  if (failure.conditions !== undefined) {
    wrong('onFailure', `Conditions of onFailure in stage '${stage.name}' are not built here yet`);
  }
  if (failure.result !== undefined && failure.result !== 'RETRY' && failure.result !== 'FAIL') {
    wrong(
      'onFailure',
      `onFailure result ${failure.result} in stage '${stage.name}' is not built here yet`,
      'RETRY or FAIL',
    );
  }
  if (failure.retryConfiguration !== undefined && failure.result !== 'RETRY') {
    wrong('onFailure', `retryConfiguration in stage '${stage.name}' needs the result RETRY`);
  }
}
