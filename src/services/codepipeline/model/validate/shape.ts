import type { Report } from './problem.ts';

/**
 * The shape of a pipeline file. Over the API the wire has checked it already; a file on disk comes here first, so that
 * the rules after it may rely on types.
 */
type Shape =
  | { readonly kind: 'string'; readonly values?: readonly string[] }
  | { readonly kind: 'integer' }
  | { readonly kind: 'list'; readonly item: Shape }
  | { readonly kind: 'map'; readonly value: Shape }
  | { readonly kind: 'any' }
  | {
      readonly kind: 'object';
      readonly required: readonly string[];
      readonly members: Readonly<Record<string, Shape>>;
    };

const string: Shape = { kind: 'string' };
const any: Shape = { kind: 'any' };
const oneOf = (...values: string[]): Shape => ({ kind: 'string', values });
const list = (item: Shape): Shape => ({ kind: 'list', item });
const map = (value: Shape): Shape => ({ kind: 'map', value });
const object = (required: readonly string[], members: Readonly<Record<string, Shape>>): Shape => ({
  kind: 'object',
  required,
  members,
});

const store = object(['type', 'location'], {
  type: oneOf('S3'),
  location: string,
  encryptionKey: object(['id', 'type'], { id: string, type: oneOf('KMS') }),
});

const action = object(['name', 'actionTypeId'], {
  name: string,
  actionTypeId: object(['category', 'owner', 'provider', 'version'], {
    category: oneOf('Source', 'Build', 'Deploy', 'Test', 'Invoke', 'Approval', 'Compute'),
    owner: oneOf('AWS', 'ThirdParty', 'Custom'),
    provider: string,
    version: string,
  }),
  runOrder: { kind: 'integer' },
  configuration: map(string),
  commands: list(string),
  inputArtifacts: list(object(['name'], { name: string })),
  outputArtifacts: list(object(['name'], { name: string, files: list(string) })),
  outputVariables: list(string),
  environmentVariables: list(
    object(['name', 'value'], { name: string, value: string, type: oneOf('PLAINTEXT', 'SECRETS_MANAGER') }),
  ),
  roleArn: string,
  region: string,
  namespace: string,
  timeoutInMinutes: { kind: 'integer' },
});

const conditions = list(any);
const stage = object(['name', 'actions'], {
  name: string,
  blockers: list(object(['name', 'type'], { name: string, type: oneOf('Schedule') })),
  actions: list(action),
  onFailure: object([], {
    result: oneOf('ROLLBACK', 'FAIL', 'RETRY', 'SKIP'),
    retryConfiguration: object([], { retryMode: oneOf('FAILED_ACTIONS', 'ALL_ACTIONS') }),
    conditions,
  }),
  onSuccess: object(['conditions'], { conditions }),
  beforeEntry: object(['conditions'], { conditions }),
});

const pipeline = object(['name', 'roleArn', 'stages'], {
  name: string,
  roleArn: string,
  artifactStore: store,
  artifactStores: map(store),
  stages: list(stage),
  version: { kind: 'integer' },
  executionMode: oneOf('QUEUED', 'SUPERSEDED', 'PARALLEL'),
  pipelineType: oneOf('V1', 'V2'),
  triggers: list(any),
  variables: list(object(['name'], { name: string, defaultValue: string, description: string })),
});

type Path = readonly (string | number)[];

/** True when the value has the shape of a pipeline; otherwise everything that is not as it should be was reported. */
export function checkShape(value: unknown, report: Report): boolean {
  let sound = true;
  check(pipeline, value, [], (problem) => {
    sound = false;
    report(problem);
  });
  return sound;
}

function check(shape: Shape, value: unknown, path: Path, report: Report): void {
  const wrong = (message: string, hint?: string) =>
    report({ kind: 'structure', path, message, ...(hint === undefined ? {} : { hint }) });
  switch (shape.kind) {
    case 'any':
      return;
    case 'string':
      if (typeof value !== 'string') return wrong(`must be a string, not ${nameOf(value)}`);
      if (shape.values && !shape.values.includes(value)) {
        wrong(`'${value}' is not a known value`, `one of ${shape.values.join(', ')}`);
      }
      return;
    case 'integer':
      if (!Number.isInteger(value)) wrong(`must be a whole number, not ${nameOf(value)}`);
      return;
    case 'list':
      if (!Array.isArray(value)) return wrong(`must be a list, not ${nameOf(value)}`);
      for (const [n, item] of value.entries()) check(shape.item, item, [...path, n], report);
      return;
    case 'map':
      if (!isObject(value)) return wrong(`must be a map, not ${nameOf(value)}`);
      for (const [key, item] of Object.entries(value)) check(shape.value, item, [...path, key], report);
      return;
    case 'object': {
      if (!isObject(value)) return wrong(`must be a map, not ${nameOf(value)}`);
      for (const name of shape.required) {
        if (value[name] === undefined || value[name] === null) wrong(`'${name}' is missing`);
      }
      for (const [name, member] of Object.entries(value)) {
        const known = Object.hasOwn(shape.members, name) ? shape.members[name] : undefined;
        if (!known) {
          report({
            kind: 'structure',
            path: [...path, name],
            atKey: true,
            message: `unknown key '${name}'`,
            hint: `known are ${Object.keys(shape.members).join(', ')}`,
          });
        } else if (member !== undefined && member !== null) check(known, member, [...path, name], report);
      }
    }
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function nameOf(value: unknown): string {
  if (value === null || value === undefined) return 'nothing';
  if (Array.isArray(value)) return 'a list';
  return typeof value === 'object' ? 'a map' : `a ${typeof value}`;
}
