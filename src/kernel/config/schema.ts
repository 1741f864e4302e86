import { availableParallelism } from 'node:os';
import { z } from 'zod';
import { retentionSettings } from './retention.ts';
import { wholeNumber } from './whole-number.ts';

/**
 * Every setting of the server: name in the file (`pipewright.yaml`), variable of the environment and flag of
 * `pipewright up` are the same words: `maxConcurrentBuilds`, `PIPEWRIGHT_MAX_CONCURRENT_BUILDS`,
 * `--max-concurrent-builds`.
 */
export const configSchema = z.strictObject({
  dataDir: z.string().min(1).describe('folder that holds everything; made when missing'),
  host: z.string().min(1).default('127.0.0.1').describe('address to listen on'),
  port: wholeNumber(0, 65_535).default(7300).describe('port to listen on; 0 takes a free one'),
  publicUrl: z
    .url({ protocol: /^https?$/ })
    .optional()
    .describe('address that clients use, when it differs from host and port'),
  allowedHosts: z
    .preprocess(splitList, z.array(z.string().min(1)).max(100))
    .default([])
    .describe('more host names that requests may name, comma-separated'),
  databaseUrl: z
    .string()
    .regex(/^postgres(ql)?:\/\//, 'must begin with postgres://')
    .optional()
    .describe('PostgreSQL in place of the SQLite file (DATABASE_URL works too)'),
  account: z
    .string()
    .regex(/^\d{12}$/, 'must be 12 digits')
    .default('111111111111')
    .describe('account that exists from the start'),
  region: z
    .string()
    .regex(/^[a-z]{2}(-[a-z]+)+-\d$/, 'must look like us-east-1')
    .default('us-east-1')
    .describe('region that git and the console use'),
  sandbox: z
    .enum(['auto', 'bubblewrap', 'process'])
    .default('auto')
    .describe('where builds run: bubblewrap, process, or auto, which takes bubblewrap when it works here'),
  tlsPort: wholeNumber(0, 65_535)
    .optional()
    .describe('serve TLS on this port as well, for clients beyond this machine; 0 takes a free one'),
  tlsHost: z.string().min(1).default('0.0.0.0').describe('address to serve TLS on'),
  tlsCert: z.string().min(1).optional().describe('file with the certificate chain for TLS (PEM)'),
  tlsKey: z.string().min(1).optional().describe('file with the key of that certificate (PEM)'),
  allowUnsafeListen: z
    .preprocess(toBoolean, z.boolean())
    .default(false)
    .describe('listen beyond loopback although builds run as plain processes'),
  maxConcurrentBuilds: wholeNumber(1, 1000)
    .default(Math.max(8, 4 * availableParallelism()))
    .describe('builds that run at once; the others wait in a queue'),
  buildUsers: z
    .preprocess(
      splitList,
      z.array(z.string().regex(/^[A-Za-z_][A-Za-z0-9_.-]*$/, 'must be user names')).max(100),
    )
    .default([])
    .describe(
      'Linux users that a buildspec may name in run-as, comma-separated; needs a server that runs as root',
    ),
  buildMounts: z
    .preprocess(splitList, z.array(z.string().startsWith('/', 'must be absolute paths')).max(100))
    .default([])
    .describe('more folders that builds under bubblewrap may read, comma-separated'),
  ...retentionSettings,
  logLevel: z
    .enum(['debug', 'info', 'warn', 'error', 'silent'])
    .default('warn')
    .describe('how much the server says: debug, info, warn, error or silent'),
});

export type Config = Readonly<z.infer<typeof configSchema>>;
export type ConfigKey = keyof Config;

export const configKeys = Object.keys(configSchema.shape) as ConfigKey[];

/** `maxConcurrentBuilds` → `PIPEWRIGHT_MAX_CONCURRENT_BUILDS`. */
export function variableOf(key: ConfigKey): string {
  return `PIPEWRIGHT_${words(key).join('_').toUpperCase()}`;
}

/** `maxConcurrentBuilds` → `--max-concurrent-builds`. */
export function flagOf(key: ConfigKey): string {
  return key === 'dataDir' ? '--data' : `--${words(key).join('-')}`;
}

/** The default as people are told it, by what it comes from where the machine decides; undefined when there is none. */
export function defaultOf(key: ConfigKey): string | undefined {
  if (key === 'dataDir') return '~/.pipewright';
  if (key === 'maxConcurrentBuilds') return 'four for each core, at least 8';
  const parsed = configSchema.shape[key].safeParse(undefined);
  const value: unknown = parsed.success ? parsed.data : undefined;
  if (value === undefined) return undefined;
  return Array.isArray(value) && value.length === 0 ? 'none' : String(value);
}

function words(key: string): string[] {
  return key.split(/(?=[A-Z])/).map((word) => word.toLowerCase());
}

function splitList(value: unknown): unknown {
  return typeof value === 'string'
    ? value
        .split(',')
        .map((part) => part.trim())
        .filter(Boolean)
    : value;
}

function toBoolean(value: unknown): unknown {
  if (typeof value !== 'string') return value;
  if (/^(1|true|yes|on)$/i.test(value)) return true;
  if (/^(0|false|no|off|)$/i.test(value)) return false;
  return value;
}
