import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { readServerFile } from '../../server/data-folder.ts';

/** Where a server answers and with which keys. */
export interface Connection {
  readonly endpoint: string;
  readonly region: string;
  readonly credentials: {
    readonly accessKeyId: string;
    readonly secretAccessKey: string;
    readonly sessionToken?: string;
  };
}

export class NoConnectionError extends Error {
  override readonly name = 'NoConnectionError';
}

/**
 * `--data DIR` wins; then AWS_ENDPOINT_URL with the AWS_* keys of the environment; then the default data folder.
 */
export function findConnection(
  options: { readonly data?: string },
  env: Readonly<Record<string, string | undefined>> = process.env,
): Connection {
  const endpoint = env['AWS_ENDPOINT_URL'];
  const keys = { id: env['AWS_ACCESS_KEY_ID'], secret: env['AWS_SECRET_ACCESS_KEY'] };
  if (options.data === undefined && endpoint && keys.id && keys.secret) {
    const sessionToken = env['AWS_SESSION_TOKEN'];
    return {
      endpoint,
      region: env['AWS_REGION'] ?? env['AWS_DEFAULT_REGION'] ?? 'us-east-1',
      credentials: {
        accessKeyId: keys.id,
        secretAccessKey: keys.secret,
        ...(sessionToken ? { sessionToken } : {}),
      },
    };
  }
  const dataDir = dataFolder(options.data, env);
  const file = readServerFile(dataDir);
  if (file === undefined) {
    throw new NoConnectionError(
      `no server has run on ${dataDir}. Start one (pipewright up), or name its folder: --data DIR`,
    );
  }
  return {
    endpoint: file.endpoint,
    region: file.region,
    credentials: { accessKeyId: file.accessKeyId, secretAccessKey: file.secretAccessKey },
  };
}

/** The data folder that is meant: as given, `PIPEWRIGHT_DATA_DIR`, or `~/.pipewright`. */
export function dataFolder(
  given: string | undefined,
  env: Readonly<Record<string, string | undefined>> = process.env,
): string {
  return resolve(given ?? env['PIPEWRIGHT_DATA_DIR'] ?? join(homedir(), '.pipewright'));
}
