import { createSignedClient } from '../../wire/client/index.ts';
import type { Connection } from './connection.ts';

export interface ServerStatus {
  readonly version: string;
  /** Seconds since the epoch. */
  readonly startedAt: number;
  readonly database: string;
  readonly sandbox: string;
}

/** The `pipewright` service: what AWS has no operation for. */
export function ownService(connection: Connection) {
  const client = createSignedClient(connection);
  return {
    status: () => client.call('pipewright', 'GetServerStatus', {}) as Promise<ServerStatus>,
    createConsoleLink: async () =>
      ((await client.call('pipewright', 'CreateConsoleLink', {})) as { readonly url: string }).url,
    createJoinToken: (name: string, lifetimeSeconds: number) =>
      client.call('pipewright', 'CreateJoinToken', { name, lifetimeSeconds }) as Promise<{
        readonly token: string;
        /** Seconds since the epoch. */
        readonly expiresAt: number;
      }>,
    createBackup: (file: string) =>
      client.call('pipewright', 'CreateBackup', { file }) as Promise<{ readonly bytes: number }>,
  };
}
