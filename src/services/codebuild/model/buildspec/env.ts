import type { Entry, Reader, Spot } from './reader.ts';
import type { Buildspec } from './types.ts';

export type EnvSpec = Pick<
  Buildspec,
  'shell' | 'variables' | 'parameterStore' | 'secretsManager' | 'exportedVariables' | 'gitCredentialHelper'
>;

/** C1.4: bash unless the file says otherwise. */
export const NO_ENV: EnvSpec = {
  shell: 'bash',
  variables: {},
  parameterStore: {},
  secretsManager: {},
  exportedVariables: [],
  gitCredentialHelper: false,
};

const KEYS = [
  'shell',
  'variables',
  'parameter-store',
  'secrets-manager',
  'exported-variables',
  'git-credential-helper',
];
const VARIABLE = /^[A-Za-z_][A-Za-z0-9_]*$/;

/** `env` of version 0.2 (C1.5). */
export function readEnv(reader: Reader, spot: Spot): EnvSpec {
  const entries = reader.map(spot, KEYS) ?? [];
  const at = (key: string) => entries.find((entry) => entry.key === key);
  const shell = at('shell');
  const helper = at('git-credential-helper');
  const exported = at('exported-variables');
  return {
    shell: shell ? readShell(reader, shell) : 'bash',
    variables: readVariables(reader, at('variables')),
    parameterStore: readVariables(reader, at('parameter-store')),
    secretsManager: readSecrets(reader, at('secrets-manager')),
    exportedVariables: exported ? readExported(reader, exported) : [],
    gitCredentialHelper: helper ? reader.flag(helper) : false,
  };
}

/** `environment_variables.plaintext` of version 0.1. */
export function readPlainVariables(reader: Reader, spot: Spot | undefined): EnvSpec {
  if (!spot) return NO_ENV;
  const plaintext = reader.map(spot, ['plaintext'])?.[0];
  return { ...NO_ENV, variables: readVariables(reader, plaintext) };
}

function readShell(reader: Reader, spot: Spot): 'bash' | 'sh' {
  const text = reader.text(spot);
  switch (text) {
    case 'bash':
    case '/bin/bash':
      return 'bash';
    case 'sh':
    case '/bin/sh':
      return 'sh';
    case 'powershell.exe':
    case 'cmd.exe':
      reader.error(
        spot,
        `the shell ${text} needs Windows, which no sandbox here offers`,
        'use bash or /bin/sh',
      );
      return 'bash';
    case undefined:
      return 'bash';
    default:
      reader.error(spot, `the shell ${text} is not known`, 'use bash or /bin/sh');
      return 'bash';
  }
}

function readVariables(reader: Reader, spot: Spot | undefined): Record<string, string> {
  const variables: Record<string, string> = {};
  for (const entry of (spot && reader.map(spot)) ?? []) {
    const value = entry.node === null ? '' : reader.text(entry);
    if (value !== undefined && isUsableName(reader, entry)) variables[entry.key] = value;
  }
  return variables;
}

function readSecrets(reader: Reader, spot: Spot | undefined): Record<string, string> {
  const secrets = readVariables(reader, spot);
  for (const entry of (spot && reader.map(spot)) ?? []) {
    const reference = secrets[entry.key];
    if (reference === undefined) continue;
    const parts = (reference.startsWith('arn:') ? reference.split(':').slice(6) : reference.split(':')).slice(
      1,
    );
    const [, stage, version] = parts;
    if (parts.length > 3) {
      reader.error(entry, `"${reference}" has too many parts`, 'secret-id:json-key:version-stage:version-id');
    } else if (stage && version) {
      reader.error(entry, `"${reference}" names a version stage and a version id`, 'name one of the two');
    }
  }
  return secrets;
}

function isUsableName(reader: Reader, entry: Entry): boolean {
  if (!VARIABLE.test(entry.key)) {
    reader.error(entry, `"${entry.key}" cannot be the name of a variable`, 'letters, digits and _ only');
    return false;
  }
  if (!entry.key.startsWith('CODEBUILD_')) return true;
  reader.error(entry, `${entry.key}: names that begin with CODEBUILD_ are reserved`, 'choose another name');
  return false;
}

function readExported(reader: Reader, spot: Spot): readonly string[] {
  const names: string[] = [];
  for (const item of reader.list(spot) ?? []) {
    const name = reader.text(item);
    if (name === undefined) continue;
    if (!VARIABLE.test(name)) reader.error(item, `"${name}" cannot be the name of a variable`);
    else if (name.startsWith('AWS_')) {
      reader.error(item, `${name} cannot be exported: names that begin with AWS_ are kept back`);
    } else if (!names.includes(name)) names.push(name);
  }
  return names;
}
