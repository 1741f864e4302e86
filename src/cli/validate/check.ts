import type { Finding } from '../../kernel/errors.ts';
import { APPSPEC_FILE, parseAppSpec } from '../../pure/appspec/index.ts';
import { parseBuildspec } from '../../services/codebuild/model/buildspec/parse.ts';
import { checkPipelineFile } from '../../services/codepipeline/check-file.ts';
import { jsonProblem } from './json-text.ts';
import { type DefinitionKind, kindOf } from './kind.ts';
import { readTextFile } from './text-file.ts';

export interface CheckedFile {
  readonly file: string;
  readonly kind: DefinitionKind | undefined;
  readonly findings: readonly Finding[];
  /** For code frames. */
  readonly text: string;
}

/** Everything that is wrong with one file. Nothing is changed, and no server is asked. */
export function checkFile(file: string, as: DefinitionKind | undefined, region: string): CheckedFile {
  const read = readTextFile(file);
  if (read.kind === 'bad') {
    const { message, line, column } = read;
    return { file, kind: as, text: '', findings: [{ ...atStart(file), line, column, message }] };
  }
  const { text } = read;
  const kind = as ?? kindOf(file, text);
  if (kind === undefined) {
    const message = 'this is no pipeline definition, buildspec or appspec';
    const hint = 'say what it is meant to be: --as pipeline, buildspec or appspec';
    return { file, kind, text, findings: [{ ...atStart(file), message, hint }] };
  }
  const findings = findingsOf(kind, text, file, region);
  // YAML forgives what JSON does not.
  const strict = file.toLowerCase().endsWith('.json') && findings.every(({ path }) => path !== '');
  const json = strict ? jsonProblem(text, file) : undefined;
  const all = json ? [json, ...findings] : findings;
  return { file, kind, text, findings: all.toSorted((a, b) => a.line - b.line || a.column - b.column) };
}

function findingsOf(kind: DefinitionKind, text: string, file: string, region: string): readonly Finding[] {
  switch (kind) {
    case 'pipeline':
      return checkPipelineFile(text, file, region).findings;
    case 'buildspec':
      return parseBuildspec(text, file).findings;
    case 'appspec': {
      const { findings } = parseAppSpec(text, file);
      return isAppSpecName(file) ? findings : [...findings, misnamed(file)];
    }
  }
}

function isAppSpecName(file: string): boolean {
  return file === APPSPEC_FILE || file.endsWith(`/${APPSPEC_FILE}`);
}

function misnamed(file: string): Finding {
  const message = `CodeDeploy looks for ${APPSPEC_FILE} only`;
  return { ...atStart(file), severity: 'warning', message, hint: `name the file ${APPSPEC_FILE}` };
}

function atStart(file: string) {
  return { severity: 'error', file, line: 1, column: 1, path: '' } as const;
}
