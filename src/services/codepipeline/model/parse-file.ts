import { type Document, isMap, isNode, isScalar } from 'yaml';
import type { Finding } from '../../../kernel/errors.ts';
import { openYaml } from '../../../pure/yaml-text.ts';
import type { ActionTypeSpec } from './action-type.ts';
import type { PipelineDefinition } from './definition.ts';
import { type Problem, pathText } from './validate/problem.ts';
import { checkShape, unknownKey } from './validate/shape.ts';
import { validatePipeline } from './validate/validate.ts';

export interface ParsedFile {
  /** Undefined when there are errors. */
  readonly definition: PipelineDefinition | undefined;
  readonly findings: readonly Finding[];
}

type Path = readonly (string | number)[];
/** YAML aliases may multiply a small file into a huge document. */
const MAX_ALIASES = 100;
/** Far more than the longest pipeline that may be created needs. */
const MAX_BYTES = 1024 * 1024;
const MAX_FINDINGS = 100;
/** What `create-pipeline --cli-input-json` takes beside the pipeline, and what `get-pipeline` prints beside it. */
const BESIDE = ['pipeline', 'tags', 'metadata'];

/**
 * Reads a pipeline from JSON or YAML text: the structure itself, or as `aws codepipeline get-pipeline` prints it (below
 * `pipeline`, beside `metadata`). Finds everything that is wrong at once, each with its place.
 */
export function parseDefinitionFile(
  text: string,
  file: string,
  region: string,
  types: readonly ActionTypeSpec[],
): ParsedFile {
  const { document, problems, place } = openYaml(text, 'the pipeline', MAX_BYTES);
  const findings: Finding[] = problems.map(({ offset, message }) => ({
    severity: 'error',
    file,
    ...place(offset),
    path: '',
    message,
  }));
  if (!document) return { definition: undefined, findings };
  const whole = valueOf(document);
  if (!whole) {
    const message = `uses more than ${MAX_ALIASES} aliases, or unknown ones`;
    return { definition: undefined, findings: [...findings, { ...start(file), message }] };
  }
  const wrapped = isRecord(whole.value) && isRecord(whole.value['pipeline']) && !('stages' in whole.value);
  const root: Path = wrapped ? ['pipeline'] : [];
  const value = wrapped ? (whole.value as Record<string, unknown>)['pipeline'] : whole.value;
  let left = 0;
  const add = (problem: Problem, above: Path) => {
    if (findings.length >= MAX_FINDINGS) {
      left++;
      return;
    }
    const path = [...above, ...problem.path];
    findings.push({
      severity: 'error',
      file,
      ...place(offsetOf(document, path, problem.atKey === true)),
      path: pathText(path),
      message: problem.message,
      ...(problem.hint === undefined ? {} : { hint: problem.hint }),
    });
  };
  for (const name of wrapped ? Object.keys(whole.value as Record<string, unknown>) : []) {
    if (!BESIDE.includes(name)) add(unknownKey([name], BESIDE), []);
  }
  const shape = checkShape(value, (problem) => add(problem, root));
  if (shape) {
    for (const problem of validatePipeline(shape.definition, region, types)) {
      if (!shape.explains(problem)) add(problem, root);
    }
  }
  if (left > 0) findings.push({ ...start(file), message: `there are ${left} more errors` });
  const sound = findings.length === 0 ? (value as PipelineDefinition) : undefined;
  return { definition: sound, findings: findings.toSorted(byPlace) };
}

function valueOf(document: Document): { readonly value: unknown } | undefined {
  try {
    return { value: withoutNulls(document.toJS({ maxAliasCount: MAX_ALIASES })) };
  } catch {
    return undefined;
  }
}

function start(file: string) {
  return { severity: 'error', file, line: 1, column: 1, path: '' } as const;
}

function byPlace(a: Finding, b: Finding): number {
  return a.line - b.line || a.column - b.column;
}

/** Where the node of a path begins; the nearest parent that exists when the path itself is missing. */
function offsetOf(document: Document, path: Path, atKey: boolean): number {
  if (atKey) {
    const parent: unknown = document.getIn(path.slice(0, -1), true);
    const pair = isMap(parent)
      ? parent.items.find(({ key }) => isScalar(key) && key.value === path.at(-1))
      : undefined;
    if (isScalar(pair?.key) && pair.key.range) return pair.key.range[0];
  }
  for (let length = path.length; length >= 0; length--) {
    const node: unknown = length === 0 ? document.contents : document.getIn(path.slice(0, length), true);
    if (isNode(node) && node.range) return node.range[0];
  }
  return 0;
}

function withoutNulls(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutNulls);
  if (!isRecord(value)) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, member]) => member !== null)
      .map(([key, member]) => [key, withoutNulls(member)]),
  );
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
