import { statSync } from 'node:fs';
import { resolve } from 'node:path';
import { runLocalBuild } from './local-build.ts';

export interface RunOptions {
  readonly buildspec?: string;
  /** `name=value`. */
  readonly env?: readonly string[];
  readonly artifacts?: string;
  readonly sandbox?: string;
}

/** `pipewright run [dir]`. */
export async function run(dir: string, options: RunOptions): Promise<number> {
  const folder = resolve(dir);
  if (!statSync(folder, { throwIfNoEntry: false })?.isDirectory()) {
    throw new Error(`there is no folder ${folder}`);
  }
  const driver = options.sandbox ?? 'process';
  if (driver !== 'process' && driver !== 'bubblewrap' && driver !== 'auto') {
    throw new Error(`there is no sandbox ${driver}: use process or bubblewrap`);
  }
  const abort = new AbortController();
  const interrupt = () => abort.abort();
  // A second interrupt is not waited for.
  process.once('SIGINT', interrupt);
  process.once('SIGTERM', interrupt);
  try {
    const result = await runLocalBuild({
      dir: folder,
      ...(options.buildspec === undefined ? {} : { buildspec: options.buildspec }),
      env: Object.fromEntries((options.env ?? []).map(assignment)),
      output: process.stdout,
      signal: abort.signal,
      ...(options.artifacts === undefined ? {} : { artifacts: resolve(options.artifacts) }),
      driver,
    });
    return abort.signal.aborted ? 130 : result.exitCode;
  } finally {
    process.removeListener('SIGINT', interrupt);
    process.removeListener('SIGTERM', interrupt);
  }
}

function assignment(text: string): [string, string] {
  const at = text.indexOf('=');
  if (at < 1) throw new Error(`--env takes name=value, not ${text}`);
  return [text.slice(0, at), text.slice(at + 1)];
}
