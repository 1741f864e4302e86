import { runLocalBuild } from './local-build.ts';
import { type RunOptions, readRunOptions } from './options.ts';

/** `pipewright run [dir]`. With `--json` the output of the build goes to standard error, and what came of it to standard output. */
export async function run(dir: string | undefined, options: RunOptions): Promise<number> {
  const read = readRunOptions(dir, options, process.env);
  if (read.kind === 'bad') {
    for (const problem of read.problems) process.stderr.write(`pipewright: ${problem}\n`);
    return 2;
  }
  const stop = new AbortController();
  const kill = new AbortController();
  // The first interrupt lets the build clean up, the second does not wait for that.
  const interrupt = () => (stop.signal.aborted ? kill.abort() : stop.abort());
  process.on('SIGINT', interrupt).on('SIGTERM', interrupt);
  try {
    const result = await runLocalBuild({
      ...read.request,
      output: options.json ? process.stderr : process.stdout,
      signal: stop.signal,
      kill: kill.signal,
    });
    const exitCode = stop.signal.aborted ? 130 : result.exitCode;
    if (options.json) process.stdout.write(`${JSON.stringify({ ...result, exitCode }, undefined, 2)}\n`);
    return exitCode;
  } finally {
    process.removeListener('SIGINT', interrupt).removeListener('SIGTERM', interrupt);
  }
}
