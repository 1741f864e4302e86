import { isMap, isNode, isScalar, LineCounter, parseDocument } from 'yaml';
import type { ActionTypeSpec } from './action-type.ts';
import type { PipelineDefinition } from './definition.ts';
import { type Problem, pathText } from './validate/problem.ts';
import { checkShape } from './validate/shape.ts';
import { validatePipeline } from './validate/validate.ts';

/** As the kernel's `Finding`: one thing wrong in a file. Lines and columns count from 1. */
export interface FileFinding {
  readonly severity: 'error' | 'warning';
  readonly file: string;
  readonly line: number;
  readonly column: number;
  readonly path: string;
  readonly message: string;
  readonly hint?: string;
}

export interface ParsedFile {
  /** Undefined when there are errors. */
  readonly definition: PipelineDefinition | undefined;
  readonly findings: readonly FileFinding[];
}

type Path = readonly (string | number)[];
/** YAML aliases may multiply a small file into a huge document. */
const MAX_ALIASES = 100;

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
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false, uniqueKeys: true });
  const findings: FileFinding[] = document.errors.map((error) => {
    const { line, col } = lines.linePos(error.pos[0]);
    return { severity: 'error', file, line, column: col, path: '', message: error.message };
  });
  if (findings.length > 0) return { definition: undefined, findings };
  let whole: unknown;
  try {
    whole = withoutNulls(document.toJS({ maxAliasCount: MAX_ALIASES }));
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    return {
      definition: undefined,
      findings: [{ severity: 'error', file, line: 1, column: 1, path: '', message }],
    };
  }
  const wrapped = isRecord(whole) && isRecord(whole['pipeline']) && !('stages' in whole);
  const root: Path = wrapped ? ['pipeline'] : [];
  const value = wrapped ? (whole as Record<string, unknown>)['pipeline'] : whole;
  const locate = (problem: Problem): FileFinding => {
    const path = [...root, ...problem.path];
    const { line, col } = lines.linePos(offsetOf(document, path, problem.atKey === true));
    return {
      severity: 'error',
      file,
      line,
      column: col,
      path: pathText(path),
      message: problem.message,
      ...(problem.hint === undefined ? {} : { hint: problem.hint }),
    };
  };
  const sound = checkShape(value, (problem) => findings.push(locate(problem)));
  if (!sound) return { definition: undefined, findings };
  const definition = value as PipelineDefinition;
  for (const problem of validatePipeline(definition, region, types)) findings.push(locate(problem));
  return { definition: findings.length === 0 ? definition : undefined, findings };
}

/** Where the node of a path begins; the nearest parent that exists when the path itself is missing. */
function offsetOf(document: ReturnType<typeof parseDocument>, path: Path, atKey: boolean): number {
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
