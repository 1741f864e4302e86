import { resolve } from 'node:path';
import { runAgent } from '../agent/index.ts';
import { createLogger, type LoggerOptions } from '../kernel/telemetry/logger.ts';
import { findConnection } from './client/connection.ts';
import { untilInterrupted } from './terminal/interrupt.ts';

interface Options {
  readonly data?: string;
  readonly name: string;
  readonly tag: readonly string[];
  readonly root?: string;
  readonly state: string;
  readonly logLevel: LoggerOptions['level'];
}

export async function agent(options: Options): Promise<number> {
  const connection = findConnection(options);
  const stop = new AbortController();
  const running = runAgent({
    ...connection,
    name: options.name,
    tags: options.tag.map(parseTag),
    ...(options.root === undefined ? {} : { root: resolve(options.root) }),
    stateDir: resolve(options.state),
    signal: stop.signal,
    logger: createLogger({ level: options.logLevel }),
  });
  await Promise.race([untilInterrupted(), running]);
  stop.abort();
  await running;
  return 0;
}

function parseTag(text: string): { Key: string; Value: string } {
  const at = text.indexOf('=');
  return at < 0 ? { Key: text, Value: '' } : { Key: text.slice(0, at), Value: text.slice(at + 1) };
}
