import { suggest } from '../../../../pure/suggest.ts';
import { type ActionTypeSpec, type ArtifactCount, type ConfigurationKey, findType } from '../action-type.ts';
import { type ActionDefinition, type PipelineDefinition, typeName } from '../definition.ts';
import { referencesIn } from '../variables.ts';
import { isName, isNamespace, isRegion, isRoleArn, NAME_HINT } from './names.ts';
import type { Report } from './problem.ts';

const MAX_CONFIGURATION_VALUE = 1000;

/** Rules of one action: its type, configuration, counts of artifacts, role, region, timeout. */
export function checkAction(
  definition: PipelineDefinition,
  action: ActionDefinition,
  path: readonly (string | number)[],
  home: string,
  types: readonly ActionTypeSpec[],
  report: Report,
): void {
  const wrong = (member: string, message: string, hint?: string) =>
    report({ kind: 'action', path: [...path, member], message, ...(hint === undefined ? {} : { hint }) });
  if (!isName(action.name)) wrong('name', `'${action.name}' is not an action name`, NAME_HINT);
  const { runOrder } = action;
  if (runOrder !== undefined && (!Number.isInteger(runOrder) || runOrder < 1 || runOrder > 999)) {
    wrong('runOrder', `runOrder ${runOrder} of action '${action.name}' is out of range`, '1 to 999');
  }
  if (action.namespace !== undefined && !isNamespace(action.namespace)) {
    wrong('namespace', `'${action.namespace}' is not a namespace`, '1 to 100 of A-Z a-z 0-9 @ - _');
  }
  if (action.roleArn !== undefined && !isRoleArn(action.roleArn)) {
    wrong('roleArn', `'${action.roleArn}' is not the ARN of a role`);
  }
  if (action.roleArn !== undefined && action.actionTypeId.owner !== 'AWS') {
    wrong('roleArn', `only actions of owner AWS may have a role of their own; '${action.name}' is not one`);
  }
  checkRegion(definition, action, home, wrong);
  checkTimeout(action, wrong);
  const type = findType(types, action.actionTypeId);
  if (!type) {
    const built = types.map((candidate) => typeName(candidate.id));
    const near = suggest(typeName(action.actionTypeId), built);
    wrong(
      'actionTypeId',
      `Action type ${typeName(action.actionTypeId)} of action '${action.name}' is not built here yet`,
      near === undefined ? `built are ${built.join(', ')}` : `did you mean ${near}?`,
    );
    return;
  }
  for (const member of ['commands', 'outputVariables', 'environmentVariables'] as const) {
    if (action[member]?.length) {
      wrong(member, `'${member}' is only for actions of category Compute; '${action.name}' is not one`);
    }
  }
  checkConfiguration(action, type, path, report);
  checkCount('input', action.inputArtifacts?.length ?? 0, type.inputs, action, wrong);
  checkCount('output', action.outputArtifacts?.length ?? 0, type.outputs, action, wrong);
}

type Wrong = (member: string, message: string, hint?: string) => void;

/** @param home the pipeline's own Region */
function checkRegion(
  definition: PipelineDefinition,
  action: ActionDefinition,
  home: string,
  wrong: Wrong,
): void {
  const { region } = action;
  if (region === undefined) return;
  if (!isRegion(region)) return wrong('region', `'${region}' is not a Region`);
  if (definition.artifactStores && !Object.hasOwn(definition.artifactStores, region)) {
    wrong('region', `Action '${action.name}' is in Region ${region}, for which artifactStores has no store`);
  }
  if (region === home) return;
  if (definition.artifactStore) {
    wrong(
      'region',
      `Action '${action.name}' is in Region ${region}, but the pipeline has one artifactStore for ${home}`,
      'artifactStores with a store for each Region',
    );
  }
  if (action.actionTypeId.category === 'Source') {
    wrong(
      'region',
      `Source action '${action.name}' is in Region ${region}: sources are read in the pipeline's own Region ${home}`,
    );
  }
}

function checkTimeout(action: ActionDefinition, wrong: Wrong): void {
  const minutes = action.timeoutInMinutes;
  if (minutes === undefined) return;
  if (action.actionTypeId.category !== 'Approval') {
    wrong('timeoutInMinutes', `timeoutInMinutes is only for manual approvals; '${action.name}' is not one`);
  }
  if (!Number.isInteger(minutes) || minutes < 5 || minutes > 86_400) {
    wrong(
      'timeoutInMinutes',
      `timeoutInMinutes ${minutes} of action '${action.name}' is out of range`,
      '5 to 86400',
    );
  }
}

function checkCount(
  side: 'input' | 'output',
  count: number,
  allowed: ArtifactCount,
  action: ActionDefinition,
  wrong: Wrong,
): void {
  if (count >= allowed.min && count <= allowed.max) return;
  const range = allowed.min === allowed.max ? `${allowed.min}` : `${allowed.min} to ${allowed.max}`;
  wrong(
    `${side}Artifacts`,
    `Action '${action.name}' of type ${action.actionTypeId.provider} has ${count} ${side} artifact(s), but must have ${range}`,
  );
}

function checkConfiguration(
  action: ActionDefinition,
  type: ActionTypeSpec,
  path: readonly (string | number)[],
  report: Report,
): void {
  const configuration = action.configuration ?? {};
  const wrong = (key: string | undefined, message: string, hint?: string) =>
    report({
      kind: 'action',
      path: [...path, 'configuration', ...(key === undefined ? [] : [key])],
      message,
      ...(hint === undefined ? {} : { hint }),
    });
  for (const key of type.configuration) {
    if (key.required && !Object.hasOwn(configuration, key.name)) {
      wrong(
        undefined,
        `Action configuration for action '${action.name}' is missing required configuration '${key.name}'`,
      );
    }
  }
  for (const [name, value] of Object.entries(configuration)) {
    const key = type.configuration.find((candidate) => candidate.name === name);
    if (!key) {
      report({
        kind: 'action',
        path: [...path, 'configuration', name],
        atKey: true,
        message: `Action configuration for action '${action.name}' contains unknown configuration '${name}'`,
        hint: knownKeys(
          name,
          type.configuration.map((candidate) => candidate.name),
        ),
      });
    } else checkValue(key, value, (message, hint) => wrong(name, message, hint));
  }
  const inputs = (action.inputArtifacts ?? []).map((artifact) => artifact.name);
  for (const message of type.check?.(configuration, inputs) ?? []) wrong(undefined, message);
}

function knownKeys(name: string, known: readonly string[]): string {
  if (known.length === 0) return 'it takes none';
  const near = suggest(name, known);
  return near === undefined ? `known are ${known.join(', ')}` : `did you mean '${near}'?`;
}

function checkValue(
  key: ConfigurationKey,
  value: string,
  wrong: (message: string, hint?: string) => void,
): void {
  if (value.length < 1 || value.length > MAX_CONFIGURATION_VALUE) {
    wrong(`the value of '${key.name}' has ${value.length} characters`, '1 to 1000');
  }
  if (referencesIn(value).length > 0) return;
  if (key.values && !key.values.includes(value)) {
    wrong(`'${value}' is no value of '${key.name}'`, `one of ${key.values.join(', ')}`);
  }
  if (key.type === 'Boolean' && !/^(true|false)$/i.test(value)) {
    wrong(`'${key.name}' must be true or false, not '${value}'`);
  }
  if (key.type === 'Number' && !/^-?\d+$/.test(value))
    wrong(`'${key.name}' must be a number, not '${value}'`);
}
