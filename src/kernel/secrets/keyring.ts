import { createHash, randomBytes } from 'node:crypto';
import {
  closeSync,
  fsyncSync,
  linkSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { Fault } from '../errors.ts';

/** A key that other keys are derived from. The id may stand beside what was sealed with it. */
export interface MasterKey {
  /** Sixteen hexadecimal digits, made from the key itself. */
  readonly id: string;
  readonly bytes: Buffer;
}

/** The master keys of one installation: the newest seals, all of them open. */
export interface Keyring {
  readonly newest: MasterKey;
  /** Throws a `Fault` when the key is not there (lost, or the data came from another installation). */
  find(id: string): MasterKey;
  has(id: string): boolean;
}

export const MASTER_KEY_VARIABLE = 'PIPEWRIGHT_MASTER_KEY';

const FIRST_FILE = 'master.key';
const KEY_LINE = /^pipewright-master-key v1 (\d+) ([A-Za-z0-9+/]{43}=)\s*$/;

/**
 * Opens the keys in `dir` (mode 0600 each), making the first one when there is none. With `PIPEWRIGHT_MASTER_KEY`
 * (32 bytes as base64 or hex) that key seals and none is made; the files still open older data.
 */
export function openKeyring(dir: string, env: Readonly<Record<string, string | undefined>> = {}): Keyring {
  mkdirSync(dir, { recursive: true, mode: 0o700 });
  const given = env[MASTER_KEY_VARIABLE];
  if (!given && readKeyFiles(dir).length === 0) writeKeyFile(dir, FIRST_FILE);
  const stored = readKeyFiles(dir).toSorted((a, b) => b.created - a.created);
  const keys = stored.map(({ bytes }) => masterKey(bytes));
  if (given) keys.unshift(masterKey(parseGiven(given)));
  const newest = keys[0] as MasterKey;
  const byId = new Map(keys.map((key) => [key.id, key]));
  return {
    newest,
    has: (id) => byId.has(id),
    find(id) {
      const key = byId.get(id);
      if (key) return key;
      throw new Fault(
        `master key ${id} is not among the keys of this installation: put its file into ${dir} (mode 0600), or give it as ${MASTER_KEY_VARIABLE}`,
      );
    },
  };
}

/** Adds a key that seals from the next start on; what older keys sealed stays readable. */
export function addMasterKey(dir: string): void {
  writeKeyFile(dir, `master-${Date.now()}.key`);
}

function masterKey(bytes: Buffer): MasterKey {
  const id = createHash('sha256').update('pipewright master key id').update(bytes).digest('hex').slice(0, 16);
  return Object.freeze({ id, bytes });
}

function parseGiven(text: string): Buffer {
  const bytes = /^[0-9a-f]{64}$/i.test(text) ? Buffer.from(text, 'hex') : Buffer.from(text, 'base64');
  if (bytes.length !== 32) throw new Error(`${MASTER_KEY_VARIABLE} must be 32 bytes as base64 or hex`);
  return bytes;
}

function readKeyFiles(dir: string): { created: number; bytes: Buffer }[] {
  const names = readdirSync(dir).filter((name) => name.endsWith('.key'));
  return names.map((name) => {
    const path = join(dir, name);
    if (statSync(path).mode & 0o077) throw new Error(`${path} is open to other users: chmod 600 it`);
    const match = KEY_LINE.exec(readFileSync(path, 'utf8'));
    if (!match) throw new Error(`${path} is not a master key file`);
    return { created: Number(match[1]), bytes: Buffer.from(match[2] as string, 'base64') };
  });
}

/** Linking makes it appear whole and only once, also when two processes start together. */
function writeKeyFile(dir: string, name: string): void {
  const temporary = join(dir, `.${name}.${process.pid}.${randomBytes(4).toString('hex')}`);
  const file = openSync(temporary, 'wx', 0o600);
  writeSync(file, `pipewright-master-key v1 ${Date.now()} ${randomBytes(32).toString('base64')}\n`);
  fsyncSync(file);
  closeSync(file);
  try {
    linkSync(temporary, join(dir, name));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  } finally {
    rmSync(temporary);
  }
  const folder = openSync(dir, 'r');
  fsyncSync(folder);
  closeSync(folder);
}
