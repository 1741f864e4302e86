import { suggest } from '../../../../pure/suggest.ts';
import type { PipelineDefinition } from '../definition.ts';
import type { Problem, Report } from './problem.ts';

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

/** What can be told of a definition that does not have the right shape everywhere. */
export interface Shaped {
  /** With something neutral where the shape is wrong, so that the rules can be applied to all the rest. */
  readonly definition: PipelineDefinition;
  /** Whether a problem only follows from a wrong shape that was reported already. */
  explains(problem: Problem): boolean;
}

/** Reports all that has not the shape of a pipeline; undefined when it is none at all. */
export function checkShape(value: unknown, report: Report): Shaped | undefined {
  const broken: Path[] = [];
  const repaired = check(pipeline, value, [], (problem, place = problem.path) => {
    if (place) broken.push(place);
    report(problem);
  });
  if (!isObject(value) || broken.some((path) => path.length === 1 && path[0] === 'stages')) return undefined;
  return {
    definition: repaired as unknown as PipelineDefinition,
    explains: ({ path }) =>
      broken.some(
        (place) => startsWith(path, place) || (path.length >= ACTION_DEPTH && startsWith(place, path)),
      ),
  };
}

/** `stages[n].actions[i]` */
const ACTION_DEPTH = 4;

function startsWith(path: Path, start: Path): boolean {
  return start.length <= path.length && start.every((part, n) => part === path[n]);
}

export function unknownKey(path: Path, known: readonly string[]): Problem {
  const name = String(path.at(-1));
  const near = suggest(name, known);
  return {
    kind: 'structure',
    path,
    atKey: true,
    message: `unknown key '${name}'`,
    hint: near === undefined ? `known are ${known.join(', ')}` : `did you mean '${near}'?`,
  };
}

/** `place` is where the rules would find fault again: where the problem is shown, elsewhere, or (null) nowhere. */
type Found = (problem: Problem, place?: Path | null) => void;

/** Answers the value, repaired. */
function check(shape: Shape, value: unknown, path: Path, found: Found): unknown {
  const wrong = (message: string, hint?: string) => {
    found({ kind: 'structure', path, message, ...(hint === undefined ? {} : { hint }) });
    return neutral(shape);
  };
  switch (shape.kind) {
    case 'any':
      return value;
    case 'string':
      if (typeof value !== 'string') {
        const message = `must be a string, not ${nameOf(value)}`;
        if (typeof value !== 'number' && typeof value !== 'boolean') return wrong(message);
        found({ kind: 'structure', path, message, hint: `"${value}", in quotes` }, null);
        return String(value);
      }
      if (shape.values && !shape.values.includes(value)) {
        const near = suggest(value, shape.values);
        return wrong(
          `'${value}' is not a known value`,
          near === undefined ? `one of ${shape.values.join(', ')}` : `did you mean '${near}'?`,
        );
      }
      return value;
    case 'integer':
      return Number.isInteger(value) ? value : wrong(`must be a whole number, not ${nameOf(value)}`);
    case 'list':
      if (!Array.isArray(value)) return wrong(`must be a list, not ${nameOf(value)}`);
      return value.map((item, n) => check(shape.item, item, [...path, n], found));
    case 'map':
      if (!isObject(value)) return wrong(`must be a map, not ${nameOf(value)}`);
      return mapped(value, (item, key) => check(shape.value, item, [...path, key], found));
    case 'object':
      return isObject(value)
        ? checkObject(shape, value, path, found)
        : wrong(`must be a map, not ${nameOf(value)}`);
  }
}

function checkObject(
  shape: Shape & { readonly kind: 'object' },
  value: Readonly<Record<string, unknown>>,
  path: Path,
  found: Found,
): unknown {
  const repaired: Record<string, unknown> = {};
  for (const name of shape.required) {
    if (value[name] !== undefined && value[name] !== null) continue;
    found({ kind: 'structure', path, message: `'${name}' is missing` }, [...path, name]);
    repaired[name] = neutral(shape.members[name] as Shape);
  }
  for (const [name, member] of Object.entries(value)) {
    const known = Object.hasOwn(shape.members, name) ? shape.members[name] : undefined;
    if (!known) found(unknownKey([...path, name], Object.keys(shape.members)), null);
    else if (member !== undefined && member !== null) {
      repaired[name] = check(known, member, [...path, name], found);
    }
  }
  return repaired;
}

function neutral(shape: Shape): unknown {
  switch (shape.kind) {
    case 'any':
      return undefined;
    case 'string':
      return shape.values?.[0] ?? '';
    case 'integer':
      return 1;
    case 'list':
      return [];
    case 'map':
      return {};
    case 'object':
      return Object.fromEntries(shape.required.map((name) => [name, neutral(shape.members[name] as Shape)]));
  }
}

function mapped(
  value: Readonly<Record<string, unknown>>,
  change: (item: unknown, key: string) => unknown,
): Record<string, unknown> {
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, change(item, key)]));
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function nameOf(value: unknown): string {
  if (value === null || value === undefined) return 'nothing';
  if (Array.isArray(value)) return 'a list';
  return typeof value === 'object' ? 'a map' : `a ${typeof value}`;
}
