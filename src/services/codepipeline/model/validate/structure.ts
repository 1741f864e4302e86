import type { PipelineDefinition } from '../definition.ts';
import {
  isBucketName,
  isName,
  isRegion,
  isRoleArn,
  isVariableName,
  NAME_HINT,
  repetitions,
} from './names.ts';
import type { Report } from './problem.ts';

export const MAX_STAGES = 50;
export const MAX_ACTIONS_PER_STAGE = 50;
export const MAX_ACTIONS = 500;
const MAX_VARIABLES = 50;

/** Rules of the pipeline as a whole (B1.1, B1.2, codepipeline.md section 1). */
export function checkStructure(definition: PipelineDefinition, region: string, report: Report): void {
  const structure = (path: readonly (string | number)[], message: string, hint?: string) =>
    report({ kind: 'structure', path, message, ...(hint === undefined ? {} : { hint }) });
  if (!isName(definition.name)) structure(['name'], `'${definition.name}' is not a pipeline name`, NAME_HINT);
  if (!isRoleArn(definition.roleArn)) {
    structure(
      ['roleArn'],
      `'${definition.roleArn}' is not the ARN of a role`,
      'arn:aws:iam::<account>:role/<name>',
    );
  }
  checkStores(definition, region, report);
  checkStages(definition, report);
  checkVersionTwo(definition, report);
  checkTriggers(definition, report);
  checkVariables(definition, report);
}

function checkStores(definition: PipelineDefinition, region: string, report: Report): void {
  const { artifactStore, artifactStores } = definition;
  const structure = (path: readonly (string | number)[], message: string) =>
    report({ kind: 'structure', path, message });
  if (artifactStore === undefined && artifactStores === undefined) {
    structure([], 'Pipeline must have an artifactStore or artifactStores');
  }
  if (artifactStore !== undefined && artifactStores !== undefined) {
    structure(['artifactStores'], 'Pipeline may have artifactStore or artifactStores, not both');
  }
  if (artifactStores && !Object.hasOwn(artifactStores, region)) {
    structure(['artifactStores'], `artifactStores must hold a store for the pipeline's own Region ${region}`);
  }
  const stores = [
    ...(artifactStore ? [{ path: ['artifactStore'], store: artifactStore }] : []),
    ...Object.entries(artifactStores ?? {}).map(([name, store]) => ({
      path: ['artifactStores', name],
      store,
    })),
  ];
  for (const { path, store } of stores) {
    if (!isBucketName(store.location)) {
      structure([...path, 'location'], `'${store.location}' is not a bucket name`);
    }
    if (store.type !== 'S3')
      structure([...path, 'type'], `artifact stores are of type S3, not '${store.type}'`);
  }
  for (const name of Object.keys(artifactStores ?? {})) {
    if (!isRegion(name)) structure(['artifactStores', name], `'${name}' is not a Region`);
  }
}

function checkStages(definition: PipelineDefinition, report: Report): void {
  const { stages } = definition;
  if (stages.length < 2) {
    report({
      kind: 'structure',
      path: ['stages'],
      message: `Pipeline has ${stages.length} stage(s). Pipelines must have a minimum of two stages`,
    });
  }
  if (stages.length > MAX_STAGES) {
    report({
      kind: 'limit',
      path: ['stages'],
      message: `Pipeline has ${stages.length} stages, ${MAX_STAGES} are allowed`,
    });
  }
  const actions = stages.reduce((sum, stage) => sum + stage.actions.length, 0);
  if (actions > MAX_ACTIONS) {
    report({
      kind: 'limit',
      path: ['stages'],
      message: `Pipeline has ${actions} actions, ${MAX_ACTIONS} are allowed`,
    });
  }
  for (const { name, index } of repetitions(stages.map((stage) => stage.name))) {
    report({
      kind: 'stage',
      path: ['stages', index, 'name'],
      message: `Stage name '${name}' is used more than once. Stage names must be unique within a pipeline`,
    });
  }
  for (const [n, stage] of stages.entries()) {
    for (const [i, action] of stage.actions.entries()) {
      const isSource = action.actionTypeId.category === 'Source';
      if (n === 0 && !isSource) {
        report({
          kind: 'structure',
          path: ['stages', n, 'actions', i],
          message: `Pipeline should start with a stage that only contains source actions; '${action.name}' is of category ${action.actionTypeId.category}`,
        });
      }
      if (n > 0 && isSource) {
        report({
          kind: 'structure',
          path: ['stages', n, 'actions', i],
          message: `Source action '${action.name}' may only occur in the first stage`,
        });
      }
    }
  }
}

function checkTriggers(definition: PipelineDefinition, report: Report): void {
  if (!definition.triggers?.length) return;
  report({
    kind: 'structure',
    path: ['triggers'],
    message: 'Triggers with filters are not built here yet',
    hint: 'a CodeCommit or S3 source starts the pipeline at each change without one',
  });
}

function checkVersionTwo(definition: PipelineDefinition, report: Report): void {
  if (definition.pipelineType === 'V2') return;
  const needs = (path: string, what: string) =>
    report({
      kind: 'structure',
      path: [path],
      message: `${what} can only be used in pipelines of type V2`,
      hint: 'pipelineType: V2',
    });
  const mode = definition.executionMode;
  if (mode === 'QUEUED' || mode === 'PARALLEL') needs('executionMode', `Execution mode ${mode}`);
  if (definition.variables?.length) needs('variables', 'Pipeline variables');
  if (definition.triggers?.length) needs('triggers', 'Triggers');
  for (const [n, stage] of definition.stages.entries()) {
    for (const member of ['onFailure', 'onSuccess', 'beforeEntry'] as const) {
      if (stage[member] !== undefined) {
        report({
          kind: 'stage',
          path: ['stages', n, member],
          message: `${member} can only be used in pipelines of type V2`,
          hint: 'pipelineType: V2',
        });
      }
    }
  }
}

function checkVariables(definition: PipelineDefinition, report: Report): void {
  const variables = definition.variables ?? [];
  if (variables.length > MAX_VARIABLES) {
    report({
      kind: 'limit',
      path: ['variables'],
      message: `Pipeline has ${variables.length} variables, ${MAX_VARIABLES} are allowed`,
    });
  }
  for (const { name, index } of repetitions(variables.map((variable) => variable.name))) {
    report({
      kind: 'structure',
      path: ['variables', index, 'name'],
      message: `Variable '${name}' is declared more than once`,
    });
  }
  for (const [n, variable] of variables.entries()) {
    if (!isVariableName(variable.name)) {
      report({
        kind: 'structure',
        path: ['variables', n, 'name'],
        message: `'${variable.name}' is not a variable name`,
        hint: '1 to 128 of A-Z a-z 0-9 @ - _',
      });
    }
    const size = variable.defaultValue?.length;
    if (size !== undefined && (size < 1 || size > 1000)) {
      report({
        kind: 'structure',
        path: ['variables', n, 'defaultValue'],
        message: `the default of '${variable.name}' has ${size} characters`,
        hint: '1 to 1000',
      });
    }
  }
}
