import { ApiError } from '../../../kernel/errors.ts';
import type { Scope } from '../../../kernel/scope.ts';
import type { Buildspec } from '../model/buildspec/types.ts';
import type { BuildRequest } from '../model/request.ts';
import type { CodeBuildParts, SecretReference } from '../parts.ts';
import { BuildFailure } from './failure.ts';

export interface UserVariables {
  readonly variables: Readonly<Record<string, string>>;
  /** Values that no log may show. */
  readonly masks: readonly string[];
  /** Secrets that the project names, not the buildspec: they are never exported. */
  readonly kept: readonly string[];
}

/** Variables by precedence (C1.5): the start's over the project's over the buildspec's, secrets looked up. */
export async function userVariables(
  parts: CodeBuildParts,
  scope: Scope,
  request: BuildRequest,
  spec: Buildspec,
): Promise<UserVariables> {
  const own = request.variables.map((variable) => ({
    name: variable.name as string,
    value: variable.value ?? '',
    type: variable.type ?? 'PLAINTEXT',
  }));
  const settled = new Set(own.map((variable) => variable.name));
  const variables: Record<string, string> = {};
  for (const [name, value] of Object.entries(spec.variables)) if (!settled.has(name)) variables[name] = value;
  for (const { name, value, type } of own) if (type === 'PLAINTEXT') variables[name] = value;
  const references: SecretReference[] = [
    ...ofSpec(spec.parameterStore, 'PARAMETER_STORE', settled),
    ...ofSpec(spec.secretsManager, 'SECRETS_MANAGER', settled),
    ...own.flatMap(({ name, value, type }) =>
      type === 'PLAINTEXT' ? [] : [{ variable: name, kind: type, reference: value }],
    ),
  ];
  if (references.length === 0) return { variables, masks: [], kept: [] };
  const values = await resolve(parts, scope, request.serviceRole, references);
  references.forEach((reference, n) => {
    variables[reference.variable] = values[n] as string;
  });
  const kept = own.filter(({ type }) => type !== 'PLAINTEXT').map(({ name }) => name);
  return { variables, masks: values, kept };
}

function ofSpec(
  entries: Readonly<Record<string, string>>,
  kind: SecretReference['kind'],
  settled: ReadonlySet<string>,
): SecretReference[] {
  return Object.entries(entries)
    .filter(([variable]) => !settled.has(variable))
    .map(([variable, reference]) => ({ variable, kind, reference }));
}

async function resolve(
  parts: CodeBuildParts,
  scope: Scope,
  role: string,
  references: readonly SecretReference[],
): Promise<readonly string[]> {
  const { resolveSecrets } = parts.deps;
  if (!resolveSecrets) {
    const named = references.map((reference) => `${reference.variable} (${reference.reference})`).join(', ');
    throw new BuildFailure(
      'SECRETS_NOT_AVAILABLE',
      `Parameter Store and Secrets Manager are not available yet on this server; the build names ${named}`,
    );
  }
  try {
    return await resolveSecrets(scope, role, references);
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    throw new BuildFailure(error.code, error.message);
  }
}
