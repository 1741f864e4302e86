import { isJson } from '../../../pure/is-json.ts';

/** `#{namespace.key}`. Only the engine expands it; `$NAME` is the shell's. */
const REFERENCE = /#\{([A-Za-z0-9@_-]+)\.([A-Za-z0-9@_.-]+)\}/g;

export interface VariableReference {
  readonly text: string;
  readonly namespace: string;
  readonly key: string;
}

/** Namespaces that no action may take. */
export const RESERVED_NAMESPACES: readonly string[] = ['codepipeline', 'variables'];

export function referencesIn(text: string): VariableReference[] {
  return [...text.matchAll(REFERENCE)].map(([whole, namespace = '', key = '']) => ({
    text: whole,
    namespace,
    key,
  }));
}

/** What looks like a reference but is none: nobody would ever expand it. */
export function brokenReferencesIn(text: string): string[] {
  return text.replace(REFERENCE, '').match(/#\{[^}]*\}?/g) ?? [];
}

/** Every namespace that a configuration refers to. */
export function namespacesIn(values: Iterable<string>): string[] {
  const found = new Set<string>();
  for (const value of values) for (const { namespace } of referencesIn(value)) found.add(namespace);
  return [...found];
}

/** Values by namespace, then by key. */
export type VariableScope = Readonly<Record<string, Readonly<Record<string, string>>>>;

export interface Resolution {
  readonly values: Readonly<Record<string, string>>;
  /** References nothing stands behind, as written (`#{Build.NOPE}`). */
  readonly unresolved: readonly string[];
}

/**
 * Replaces every reference (B2). A value is not looked into again: what a variable holds is never expanded, and inside
 * JSON it stays the content of its string.
 */
export function resolveConfiguration(
  configuration: Readonly<Record<string, string>>,
  scope: VariableScope,
  holdsJson: (name: string) => boolean = () => false,
): Resolution {
  const unresolved = new Set<string>();
  const values: Record<string, string> = {};
  for (const [name, value] of Object.entries(configuration)) {
    // Looked at before anything is replaced: a variable may also bring the whole text.
    const write = holdsJson(name) && isJson(value) ? insideString : asItIs;
    values[name] = value.replace(REFERENCE, (whole: string, namespace: string, key: string) => {
      const found = Object.hasOwn(scope, namespace) ? scope[namespace] : undefined;
      if (found && Object.hasOwn(found, key)) return write(found[key] as string);
      unresolved.add(whole);
      return whole;
    });
  }
  return { values, unresolved: [...unresolved] };
}

const asItIs = (value: string): string => value;

/** In JSON a reference can only stand in a string. */
const insideString = (value: string): string => JSON.stringify(value).slice(1, -1);

export interface PipelineVariable {
  readonly name: string;
  readonly value: string;
}

/** Pipeline variables of one execution: what was given at the start over the defaults. */
export function pipelineVariables(
  declared: readonly { readonly name: string; readonly defaultValue?: string }[],
  given: readonly PipelineVariable[],
): { readonly values: readonly PipelineVariable[]; readonly problems: readonly string[] } {
  const problems: string[] = [];
  const known = new Set(declared.map((variable) => variable.name));
  const overrides = new Map(given.map((variable) => [variable.name, variable.value]));
  for (const variable of given) {
    if (!known.has(variable.name)) problems.push(`the pipeline declares no variable ${variable.name}`);
  }
  if (overrides.size !== given.length) problems.push('a variable is given more than once');
  const values: PipelineVariable[] = [];
  for (const variable of declared) {
    const value = overrides.get(variable.name) ?? variable.defaultValue;
    if (value === undefined) problems.push(`variable ${variable.name} has no default, so it needs a value`);
    else values.push({ name: variable.name, value });
  }
  return { values, problems };
}
