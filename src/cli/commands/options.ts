import { Option } from 'commander';

/** Which data folder is meant when none is named (`../client/connection.ts`). */
export const DATA_DEFAULT = 'PIPEWRIGHT_DATA_DIR, else ~/.pipewright';

/** Which server is meant when no data folder is named. */
export const CONNECTION_DEFAULT = `AWS_ENDPOINT_URL and keys, else that of ${DATA_DEFAULT}`;

/** An option that may be given several times; its values are a list. */
export function repeatable(flags: string, description: string): Option {
  return new Option(flags, description)
    .default([], 'none')
    .argParser((value: string, all: readonly string[]) => [...all, value]);
}
