import { readFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { resolve } from 'node:path';
import { joinHost, openHostIdentity, runAgent } from '../../agent/index.ts';
import { createLogger, type LoggerOptions } from '../../kernel/telemetry/logger.ts';
import { trustingFetch } from '../../wire/client/index.ts';
import { findConnection } from '../client/connection.ts';
import { untilInterrupted } from '../terminal/interrupt.ts';
import { readOnPremisesConfig } from './on-premises-config.ts';

interface Options {
  readonly data?: string;
  readonly name?: string;
  readonly tag: readonly string[];
  readonly root?: string;
  readonly state: string;
  readonly endpoint?: string;
  readonly joinTokenFile?: string;
  readonly configFile?: string;
  readonly caFile?: string;
  readonly allowPlainHttp?: boolean;
  readonly logLevel: LoggerOptions['level'];
}

/** In place of `--join-token-file`. */
const TOKEN_VARIABLE = 'PIPEWRIGHT_JOIN_TOKEN';

/** `pipewright agent`: until it is interrupted, or the server tells it to go. */
export async function agent(options: Options): Promise<number> {
  const stop = new AbortController();
  const running = start(options, stop.signal);
  await Promise.race([untilInterrupted(), running]);
  stop.abort();
  await running;
  return 0;
}

async function start(options: Options, signal: AbortSignal): Promise<void> {
  const stateDir = resolve(options.state);
  const logger = createLogger({ level: options.logLevel });
  const { allowPlainHttp = false } = options;
  const fetch =
    options.caFile === undefined ? undefined : trustingFetch(readFileSync(options.caFile, 'utf8'));
  const token = joinToken(options);
  if (token !== undefined) {
    const { endpoint = process.env['AWS_ENDPOINT_URL'], name = hostname() } = options;
    if (endpoint === undefined) throw new Error('joining needs the address of the server: --endpoint URL');
    await joinHost({ endpoint, name, stateDir, token, signal, logger, fetch, allowPlainHttp });
  }
  const local = options.data !== undefined || options.configFile !== undefined;
  const identity = local ? undefined : openHostIdentity(stateDir, fetch);
  const connection = identity ?? registered(options) ?? { name: options.name, ...findConnection(options) };
  const name = connection.name;
  if (name === undefined) throw new Error('the name of this host is needed: --name NAME');
  await runAgent({
    ...connection,
    name,
    tags: options.tag.map(parseTag),
    ...(options.root === undefined ? {} : { root: resolve(options.root) }),
    ...(fetch === undefined ? {} : { fetch }),
    allowPlainHttp,
    stateDir,
    signal,
    logger,
  });
}

/** By the file that `aws deploy register` has written. */
function registered({ configFile, endpoint = process.env['AWS_ENDPOINT_URL'], name }: Options) {
  if (configFile === undefined) return undefined;
  if (endpoint === undefined) throw new Error('the address of the server is needed: --endpoint URL');
  const config = readOnPremisesConfig(configFile);
  return { ...config, endpoint, name: name ?? config.name };
}

function joinToken({ joinTokenFile }: Options): string | undefined {
  if (joinTokenFile !== undefined) return readFileSync(joinTokenFile, 'utf8').trim();
  return process.env[TOKEN_VARIABLE] || undefined;
}

function parseTag(text: string): { Key: string; Value: string } {
  const at = text.indexOf('=');
  return at < 0 ? { Key: text, Value: '' } : { Key: text.slice(0, at), Value: text.slice(at + 1) };
}
