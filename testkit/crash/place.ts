import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { runAgent } from '../../src/agent/index.ts';
import { names } from '../../src/cli/demo/names.ts';
import type { Dialect } from '../../src/kernel/database/port.ts';
import { createLogger } from '../../src/kernel/telemetry/logger.ts';
import { agentLine } from './agent-line.ts';
import { HOOK_EFFECTS } from './bundle.ts';
import { type Life, linesOf, openLives } from './lives.ts';

const CHILD = join(import.meta.dirname, 'scenario-main.ts');

/** A data folder, a database and a host whose agent lives on when the server is killed. */
export interface Place {
  live(failpoint?: string): Promise<Life>;
  /** A line for each time that a build's command or a hook ran. */
  effects(): { readonly build: readonly string[]; readonly hooks: readonly string[] };
  [Symbol.asyncDispose](): Promise<void>;
}

export async function openPlace(dialect: Dialect): Promise<Place> {
  const lives = await openLives(dialect, CHILD, (dir) => ({
    agentSocket: join(dir, 'agent.sock'),
    buildEffects: join(dir, 'build-effects'),
  }));
  const { dir, options } = lives;
  const hookEffects = join(dir, 'hook-effects');
  writeFileSync(options.buildEffects, '');
  chmodSync(options.buildEffects, 0o666);
  const stop = new AbortController();
  mkdirSync(join(dir, 'host'));
  const agent = runAgent({
    endpoint: 'http://127.0.0.1:1',
    region: 'us-east-1',
    credentials: { accessKeyId: '', secretAccessKey: '' },
    name: 'host',
    tags: [names.tag],
    root: join(dir, 'host', 'root'),
    stateDir: join(dir, 'host', 'state'),
    signal: stop.signal,
    logger: createLogger({ level: 'silent' }),
    environment: { [HOOK_EFFECTS]: hookEffects },
    transport: agentLine(options.agentSocket),
  });
  return {
    live: lives.live,
    effects: () => ({ build: linesOf(options.buildEffects), hooks: linesOf(hookEffects) }),
    async [Symbol.asyncDispose]() {
      stop.abort();
      await agent;
      await lives[Symbol.asyncDispose]();
    },
  };
}
