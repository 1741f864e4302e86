import type { Finding } from '../finding.ts';
import { parseHooks } from './hooks.ts';
import { entriesOf, openSpec, type SpecReader, textOf } from './reader.ts';
import { parseFiles, parsePermissions, unknownKey } from './sections.ts';
import {
  APPSPEC_FILE,
  type AppSpec,
  type FileExistsBehavior,
  type FileMapping,
  type HookScript,
  type Permission,
} from './types.ts';

export interface ParsedAppSpec {
  /** Undefined when there is an error among the findings. */
  readonly appSpec: AppSpec | undefined;
  /** Everything that is wrong, in the order of the file. */
  readonly findings: readonly Finding[];
}

/** Reads an appspec of the Server platform. All errors at once, each with file, line and column (D1.7 to D1.12). */
export function parseAppSpec(text: string, file: string = APPSPEC_FILE): ParsedAppSpec {
  const reader = openSpec(text, file);
  if (reader.root === undefined) return { appSpec: undefined, findings: reader.findings };
  const seen = new Map<string, unknown>();
  let files: readonly FileMapping[] = [];
  let permissions: readonly Permission[] = [];
  let hooks: Readonly<Record<string, readonly HookScript[]>> = {};
  let fileExistsBehavior: FileExistsBehavior | undefined;
  for (const { key, keyNode, value } of entriesOf(reader, reader.root, '')) {
    seen.set(key, value);
    if (key === 'version') checkVersion(reader, value);
    else if (key === 'os') checkOs(reader, value);
    else if (key === 'files') files = parseFiles(reader, value);
    else if (key === 'permissions') permissions = parsePermissions(reader, value);
    else if (key === 'hooks') hooks = parseHooks(reader, value);
    else if (key === 'file_exists_behavior') fileExistsBehavior = behavior(reader, value);
    else if (key === 'Resources' || key === 'resources') {
      reader.report(keyNode, key, 'this appspec is for another compute platform than Server');
    } else unknownKey(reader, keyNode, key, 'version, os, files, file_exists_behavior, permissions, hooks');
  }
  if (!seen.has('version'))
    reader.report(reader.root, 'version', 'version is missing', { hint: 'version: 0.0' });
  if (!seen.has('os')) reader.report(reader.root, 'os', 'os is missing', { hint: 'os: linux' });
  const findings = reader.findings.toSorted((a, b) => a.line - b.line || a.column - b.column);
  if (findings.some((finding) => finding.severity === 'error')) return { appSpec: undefined, findings };
  return { appSpec: { os: 'linux', files, fileExistsBehavior, permissions, hooks }, findings };
}

function checkVersion(reader: SpecReader, node: unknown): void {
  const version = textOf(reader, node, 'version');
  if (version !== undefined && Number(version) !== 0) {
    reader.report(node, 'version', `version must be 0.0, not ${JSON.stringify(version)}`);
  }
}

function checkOs(reader: SpecReader, node: unknown): void {
  const os = textOf(reader, node, 'os');
  if (os !== undefined && os !== 'linux') {
    reader.report(node, 'os', `os must be linux, not ${JSON.stringify(os)}`);
  }
}

function behavior(reader: SpecReader, node: unknown): FileExistsBehavior | undefined {
  const text = textOf(reader, node, 'file_exists_behavior');
  if (text === undefined) return undefined;
  if (text === 'DISALLOW' || text === 'OVERWRITE' || text === 'RETAIN') return text;
  const message = `file_exists_behavior must be DISALLOW, OVERWRITE or RETAIN, not ${JSON.stringify(text)}`;
  reader.report(node, 'file_exists_behavior', message);
  return undefined;
}
