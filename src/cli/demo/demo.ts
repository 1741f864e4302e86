import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { loadConfig } from '../../kernel/config/load.ts';
import { type RunningServer, startServer } from '../../server/server.ts';
import { untilInterrupted } from '../terminal/interrupt.ts';
import { quoteForShell } from '../terminal/quote.ts';
import { type DemoHost, stopHost } from './hosts.ts';
import { createScreen, type Screen } from './screen.ts';
import { playStory } from './story.ts';
import { type DemoSummary, writeSummary } from './summary.ts';

interface Options {
  readonly data?: string;
  readonly port?: string;
  readonly once?: boolean;
  readonly summary?: string;
  readonly databaseUrl?: string;
}

const APPROVAL_GRACE_MS = 10_000;

/** The main job, once, for real; exit code 0 only if all of it was seen over HTTP and the API. */
export async function demo(options: Options): Promise<number> {
  const screen = createScreen();
  const folder =
    options.data === undefined ? mkdtempSync(join(tmpdir(), 'pipewright-demo-')) : resolve(options.data);
  const config = loadConfig({
    flags: {
      dataDir: join(folder, 'server'),
      port: options.port ?? (options.once ? 0 : undefined),
      databaseUrl: options.databaseUrl,
    },
    env: process.env,
  });
  const server = await startServer(config, { env: process.env });
  const stop = new AbortController();
  const interrupted = untilInterrupted().then(() => stop.abort());
  const hosts: DemoHost[] = [];
  let exitCode = 1;
  try {
    screen.step(`Pipewright is ready at ${server.endpoint}`);
    const summary = await playStory({
      server,
      folder,
      hosts,
      screen,
      signal: stop.signal,
      beforeApproval: (signal) => beforeApproval(options, server, screen, signal),
    });
    if (options.summary !== undefined) writeSummary(options.summary, summary);
    tell(screen, summary, hosts);
    exitCode = 0;
    if (!options.once) {
      screen.step(`Console: ${await server.createConsoleLink()}`);
      screen.note(`aws CLI: eval "$(npx pipewright env --data ${quoteForShell(config.dataDir)})"`);
      screen.note('Serving until Ctrl-C.');
      await interrupted;
    }
  } catch (error) {
    if (stop.signal.aborted) exitCode = 130;
    else screen.fault(error);
  } finally {
    stop.abort();
    for (const host of hosts) await stopHost(host);
    await server.close();
    if (options.data === undefined) rmSync(folder, { recursive: true, force: true, maxRetries: 20 });
  }
  return exitCode;
}

/** With `--once` at once; otherwise a person has ten seconds to do it. */
async function beforeApproval(
  options: Options,
  server: RunningServer,
  screen: Screen,
  signal: AbortSignal,
): Promise<void> {
  if (options.once) return;
  screen.step(`Approve it at ${await server.createConsoleLink()}`);
  screen.note(`or here: npx pipewright approve web-service --data ${quoteForShell(server.config.dataDir)}`);
  screen.note('The demo approves by itself in ten seconds.');
  await wait(APPROVAL_GRACE_MS, undefined, { signal });
}

function tell(screen: Screen, summary: DemoSummary, hosts: readonly DemoHost[]): void {
  screen.step('All of it was seen.');
  screen.note(`git push → first line of the build   ${summary.pushToFirstLogMs} ms`);
  screen.note(
    `git push → live on both hosts        ${summary.pushToLiveMs} ms (the approval's wait left out)`,
  );
  for (const { name, url } of hosts) screen.note(`${name} serves ${url}`);
}
