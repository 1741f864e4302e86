import { existsSync, readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { isMap, isScalar, LineCounter, parseDocument } from 'yaml';
import type { ZodError } from 'zod';
import { DefinitionError, type Finding } from '../errors.ts';
import { type Config, type ConfigKey, configKeys, configSchema, flagOf, variableOf } from './schema.ts';

export interface ConfigSources {
  /** Flags as given, by setting; absent ones are undefined. */
  readonly flags: Readonly<Partial<Record<ConfigKey, unknown>>>;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** `--config FILE`; otherwise `pipewright.yaml` in the data folder, when it is there. */
  readonly file?: string;
}

interface Place {
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

interface Found {
  readonly value: unknown;
  readonly place: Place;
}

const CONFIG_FILE = 'pipewright.yaml';

/** Flags win over the environment, the environment over the file. Everything that is wrong is said at once. */
export function loadConfig({ flags, env, file }: ConfigSources): Config {
  const found = new Map<ConfigKey, Found>();
  const dataDir = resolve(
    String(flags.dataDir ?? env[variableOf('dataDir')] ?? join(homedir(), '.pipewright')),
  );
  const path = file ?? join(dataDir, CONFIG_FILE);
  if (file !== undefined || existsSync(path))
    for (const [key, value] of readFile(path)) found.set(key, value);
  for (const key of configKeys) {
    const value = env[variableOf(key)] ?? (key === 'databaseUrl' ? env['DATABASE_URL'] : undefined);
    if (value !== undefined && value !== '') found.set(key, { value, place: at(variableOf(key)) });
    if (flags[key] !== undefined) found.set(key, { value: flags[key], place: at(flagOf(key)) });
  }
  found.set('dataDir', { value: dataDir, place: found.get('dataDir')?.place ?? at('--data') });
  const parsed = configSchema.safeParse(
    Object.fromEntries([...found].map(([key, { value }]) => [key, value])),
  );
  if (!parsed.success) throw new DefinitionError(findings(parsed.error, found));
  return Object.freeze(parsed.data);
}

function readFile(path: string): [ConfigKey, Found][] {
  const lines = new LineCounter();
  const document = parseDocument(readFileSync(path, 'utf8'), { lineCounter: lines });
  const place = (offset: number): Place => {
    const { line, col } = lines.linePos(offset);
    return { file: path, line, column: col };
  };
  const wrong = (where: Place, message: string, hint?: string): Finding => ({
    severity: 'error',
    ...where,
    path: '',
    message,
    ...(hint === undefined ? {} : { hint }),
  });
  const syntax = document.errors.map((error) =>
    wrong(place(error.pos[0]), error.message.split('\n')[0] ?? ''),
  );
  if (syntax.length > 0) throw new DefinitionError(syntax);
  if (document.contents === null) return [];
  if (!isMap(document.contents))
    throw new DefinitionError([wrong(place(0), 'must be a mapping of settings')]);
  const problems: Finding[] = [];
  const settings: [ConfigKey, Found][] = [];
  for (const { key, value } of document.contents.items) {
    const name = String(isScalar(key) ? key.value : key);
    const where = place((isScalar(key) ? key.range?.[0] : undefined) ?? 0);
    if (configKeys.includes(name as ConfigKey)) {
      const json: unknown = (value as { toJSON(): unknown } | null)?.toJSON();
      settings.push([name as ConfigKey, { value: json, place: where }]);
    } else problems.push(wrong(where, `unknown setting ${name}`, `known: ${configKeys.join(', ')}`));
  }
  if (problems.length > 0) throw new DefinitionError(problems);
  return settings;
}

function findings(error: ZodError, found: ReadonlyMap<ConfigKey, Found>): Finding[] {
  return error.issues.map((issue) => {
    const key = issue.path[0] as ConfigKey;
    const place = found.get(key)?.place ?? at(key);
    return { severity: 'error', ...place, path: issue.path.join('.'), message: `${key}: ${issue.message}` };
  });
}

/** A flag or a variable has no lines. */
function at(name: string): Place {
  return { file: name, line: 0, column: 0 };
}
