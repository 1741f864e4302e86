import { execFile } from 'node:child_process';
import { access, constants } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

export interface Program {
  readonly file: string;
  readonly args: readonly string[];
}

const FALLBACK: Program = { file: 'git', args: ['http-backend'] };

let found: Promise<Program> | undefined;

/** `git http-backend` by its own path: going through `git` costs one process more for each request. */
export function backendProgram(): Promise<Program> {
  return (found ??= find());
}

async function find(): Promise<Program> {
  try {
    const { stdout } = await promisify(execFile)('git', ['--exec-path']);
    const file = join(stdout.trim(), 'git-http-backend');
    await access(file, constants.X_OK);
    return { file, args: [] };
  } catch {
    return FALLBACK;
  }
}
