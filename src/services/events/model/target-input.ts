import { isJson } from '../../../pure/is-json.ts';
import type { EventEnvelope } from './envelope.ts';
import { atPath, parseJsonPath } from './json-path.ts';
import { parseTemplate, renderTemplate } from './template.ts';

/** The part of the API's `Target` that says what the target is given. */
export interface TargetInput {
  readonly Input?: string;
  readonly InputPath?: string;
  readonly InputTransformer?: {
    readonly InputPathsMap?: Readonly<Record<string, string>>;
    readonly InputTemplate: string | undefined;
  };
}

export interface RuleIdentity {
  readonly arn: string;
  readonly name: string;
}

const RESERVED: Readonly<
  Record<string, (event: EventEnvelope, rule: RuleIdentity, ingestedAt: number) => unknown>
> = {
  'aws.events.rule-arn': (_event, rule) => rule.arn,
  'aws.events.rule-name': (_event, rule) => rule.name,
  'aws.events.event.ingestion-time': (_event, _rule, at) => new Date(at).toISOString(),
  'aws.events.event': ({ detail: _detail, ...rest }) => rest,
  'aws.events.event.json': (event) => event,
};

/** Everything wrong with a target's input; empty when all is well. */
export function inputProblems(target: TargetInput): readonly string[] {
  const { Input, InputPath, InputTransformer } = target;
  const given = [Input, InputPath, InputTransformer].filter((each) => each !== undefined);
  if (given.length > 1) return ['only one of Input, InputPath and InputTransformer can be given'];
  if (Input !== undefined && !isJson(Input)) return ['Input is not JSON'];
  if (InputPath !== undefined && !parseJsonPath(InputPath))
    return [`InputPath is no JSON path: ${InputPath}`];
  return InputTransformer ? transformerProblems(InputTransformer) : [];
}

function transformerProblems(transformer: NonNullable<TargetInput['InputTransformer']>): readonly string[] {
  const paths = transformer.InputPathsMap ?? {};
  const problems: string[] = [];
  for (const [name, path] of Object.entries(paths)) {
    if (/^aws/i.test(name)) problems.push(`InputPathsMap: the name ${name} begins with the reserved AWS`);
    if (!parseJsonPath(path)) problems.push(`InputPathsMap: ${name} is no JSON path: ${path}`);
  }
  const pieces = parseTemplate(transformer.InputTemplate ?? '');
  for (const piece of pieces) {
    if (piece.kind === 'text' || Object.hasOwn(paths, piece.name) || Object.hasOwn(RESERVED, piece.name))
      continue;
    problems.push(`InputTemplate: the variable <${piece.name}> is in no InputPathsMap`);
  }
  if (problems.length === 0 && !isJson(renderTemplate(pieces, () => 'x'))) {
    problems.push('InputTemplate does not make JSON; text stands in quotes');
  }
  return problems;
}

/** What the target is given, as JSON text (A5.5). */
export function targetPayload(
  target: TargetInput,
  event: EventEnvelope,
  rule: RuleIdentity,
  ingestedAt: number,
): string {
  if (target.Input !== undefined) return target.Input;
  if (target.InputPath !== undefined) {
    return JSON.stringify(atPath(event, parseJsonPath(target.InputPath) ?? []) ?? null);
  }
  const transformer = target.InputTransformer;
  if (!transformer) return JSON.stringify(event);
  const paths = transformer.InputPathsMap ?? {};
  return renderTemplate(parseTemplate(transformer.InputTemplate ?? ''), (name) => {
    const path = Object.hasOwn(paths, name) ? parseJsonPath(paths[name] as string) : undefined;
    return path ? atPath(event, path) : RESERVED[name]?.(event, rule, ingestedAt);
  });
}
