import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { readFileIfThere, writeFileAtomically } from '../state/files.ts';

/** Who a host is that joined by a token: all that its agent needs to come back after a restart. Mode 0600. */
export interface StoredIdentity {
  readonly endpoint: string;
  readonly name: string;
  readonly account: string;
  readonly region: string;
  /** Digest of the token that it joined by. */
  readonly tokenHash: string;
  /** Worth one session, and the next key. */
  readonly key: string;
  /** Made, and perhaps known to the server already: an answer may have been lost. */
  readonly nextKey?: string;
}

/** A join that was begun: the same key is sent again until there is an answer. */
export interface PendingJoin {
  readonly tokenHash: string;
  readonly key: string;
}

function pathOf(stateDir: string): string {
  return join(stateDir, 'identity.json');
}

function pendingPathOf(stateDir: string): string {
  return join(stateDir, 'join.json');
}

export function readIdentity(stateDir: string): StoredIdentity | undefined {
  return read<StoredIdentity>(pathOf(stateDir));
}

export function writeIdentity(stateDir: string, identity: StoredIdentity): void {
  writeFileAtomically(pathOf(stateDir), JSON.stringify(identity));
  rmSync(pendingPathOf(stateDir), { force: true });
}

export function readPendingJoin(stateDir: string): PendingJoin | undefined {
  return read<PendingJoin>(pendingPathOf(stateDir));
}

export function writePendingJoin(stateDir: string, pending: PendingJoin): void {
  writeFileAtomically(pendingPathOf(stateDir), JSON.stringify(pending));
}

function read<T>(path: string): T | undefined {
  const text = readFileIfThere(path);
  return text === undefined ? undefined : (JSON.parse(text) as T);
}
