import type { Finding } from '../../../../kernel/errors.ts';
import { readArtifacts } from './artifacts.ts';
import { readCache } from './cache.ts';
import { type EnvSpec, NO_ENV, readEnv, readPlainVariables } from './env.ts';
import { readPhases, readUser } from './phases.ts';
import { type Entry, Reader } from './reader.ts';
import { readReports } from './reports.ts';
import type { Buildspec } from './types.ts';

const KEYS_02 = ['version', 'run-as', 'env', 'proxy', 'batch', 'phases', 'reports', 'artifacts', 'cache'];
const KEYS_01 = ['version', 'environment_variables', 'phases', 'artifacts', 'cache'];

export type ParsedBuildspec =
  | { readonly kind: 'ok'; readonly spec: Buildspec; readonly findings: readonly Finding[] }
  | { readonly kind: 'bad'; readonly findings: readonly Finding[] };

/**
 * Reads a buildspec. All that is wrong is told at once, with its place; warnings alone leave it usable.
 * @param file how the findings name it
 */
export function parseBuildspec(text: string, file: string): ParsedBuildspec {
  const reader = new Reader(text, file);
  const spec = reader.root && readDocument(reader);
  const findings = reader.findings();
  if (!spec || findings.some((finding) => finding.severity === 'error')) return { kind: 'bad', findings };
  return { kind: 'ok', spec, findings };
}

function readDocument(reader: Reader): Buildspec | undefined {
  const root = reader.root as NonNullable<Reader['root']>;
  const entries = reader.map(root);
  if (!entries) return undefined;
  const version = readVersion(reader, entries);
  const known = version === '0.1' ? KEYS_01 : KEYS_02;
  if (version === '0.2') pointOutRenames(reader, entries);
  reader.map(root, version === '0.2' ? [...known, 'environment_variables'] : known);

  const at = (key: string) => entries.find((entry) => entry.key === key && known.includes(key));
  const notes: string[] = [];
  const env = readAnyEnv(reader, version, at);
  const phases = at('phases');
  if (!phases) reader.error(root, 'there are no phases', 'add "phases:" with at least one of its phases');
  const runAs = at('run-as');
  const spec: Buildspec = {
    version: version ?? '0.2',
    ...env,
    runAs: runAs && readUser(reader, runAs),
    phases: phases ? readPhases(reader, phases, notes) : [],
    reports: readReports(reader, at('reports')),
    artifacts: readArtifacts(reader, at('artifacts')),
    cache: readCache(reader, at('cache')),
    notes,
  };
  return spec;
}

function readVersion(reader: Reader, entries: readonly Entry[]): '0.1' | '0.2' | undefined {
  const entry = entries.find(({ key }) => key === 'version');
  if (!entry) {
    const root = reader.root as NonNullable<Reader['root']>;
    return reader.error(root, 'the version is missing', 'add "version: 0.2"');
  }
  const text = reader.text(entry);
  if (text === '0.1' || text === '0.2') return text;
  if (text !== undefined) reader.error(entry, `version ${text} is not known`, 'it is 0.2 (or 0.1)');
  return undefined;
}

/** What 0.1 called otherwise is the likeliest mistake in a file that was moved to 0.2. */
function pointOutRenames(reader: Reader, entries: readonly Entry[]): void {
  const old = entries.find(({ key }) => key === 'environment_variables');
  if (old) {
    reader.error(
      old,
      'environment_variables belongs to version 0.1',
      'in 0.2 it is "env:" with "variables:"',
    );
  }
}

function readAnyEnv(
  reader: Reader,
  version: '0.1' | '0.2' | undefined,
  at: (key: string) => Entry | undefined,
): EnvSpec {
  if (version === '0.1') return readPlainVariables(reader, at('environment_variables'));
  const env = at('env');
  return env ? readEnv(reader, env) : NO_ENV;
}
