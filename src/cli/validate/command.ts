import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { Finding } from '../../kernel/errors.ts';
import { paint } from '../terminal/paint.ts';
import { type CheckedFile, checkFile } from './check.ts';
import { codeFrame, printable } from './code-frame.ts';
import { type DefinitionKind, kindOf } from './kind.ts';
import { readTextFile } from './text-file.ts';

export interface ValidateOptions {
  readonly as?: DefinitionKind;
  readonly region?: string;
  readonly json?: boolean;
}

/** More files of a folder than these are not looked into. */
const MAX_FILES = 200;

/** `pipewright validate`: 0 when nothing is wrong, 1 when something is. Warnings alone are nothing wrong. */
export async function validate(given: readonly string[], options: ValidateOptions): Promise<number> {
  const region = options.region ?? process.env['AWS_REGION'] ?? 'us-east-1';
  const files = (given.length === 0 ? ['.'] : given).flatMap((path) =>
    isFolder(path) ? definitionsIn(path) : [path],
  );
  if (files.length === 0) {
    throw new Error(
      `there is no pipeline definition, buildspec.yml or appspec.yml in ${given.join(', ') || 'this folder'}`,
    );
  }
  const checked = files.map((file) => checkFile(file, options.as, region));
  const wrong = checked.some(({ findings }) => findings.some(isError));
  if (options.json) process.stdout.write(`${JSON.stringify(jsonOf(checked, wrong), null, 2)}\n`);
  else for (const file of checked) process.stdout.write(report(file));
  return wrong ? 1 : 0;
}

function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
}

/** The definitions that lie in a folder itself. */
function definitionsIn(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isFile() && /\.(json|ya?ml)$/i.test(entry.name))
    .map((entry) => (folder === '.' ? entry.name : join(folder, entry.name)))
    .toSorted()
    .slice(0, MAX_FILES)
    .filter(isDefinition);
}

/** By the very shape of a pipeline, since many files have a `pipeline:` or `stages:` of their own. */
function isDefinition(file: string): boolean {
  const read = readTextFile(file);
  if (read.kind === 'bad') return /(?:^|\/)(?:buildspec|appspec)\.ya?ml$/.test(file);
  const kind = kindOf(file, read.text);
  if (kind !== 'pipeline') return kind !== undefined;
  return /["']?stages["']?\s*:/.test(read.text) && /["']?actionTypeId["']?\s*:/.test(read.text);
}

function isError({ severity }: Finding): boolean {
  return severity === 'error';
}

function report({ file, kind, findings, text }: CheckedFile): string {
  const lines = findings.map((finding) => {
    const { line, column, severity, message, hint } = finding;
    const place = `${file}:${line}:${column}`;
    const what = severity === 'warning' ? `warning: ${message}` : message;
    const said = printable(`${what}${hint === undefined ? '' : `; ${hint}`}`);
    const frame = process.stdout.isTTY && text !== '' ? `${paint('dim', codeFrame(text, finding))}\n` : '';
    return `${paint('bold', place)}: ${severity === 'error' ? paint('red', said) : paint('yellow', said)}\n${frame}`;
  });
  if (!findings.some(isError)) lines.push(`${file}: ${paint('green', 'ok')} (${kind})\n`);
  return lines.join('');
}

function jsonOf(checked: readonly CheckedFile[], wrong: boolean) {
  return {
    ok: !wrong,
    files: checked.map(({ file, kind, findings }) => ({ file, kind: kind ?? null, findings })),
  };
}
