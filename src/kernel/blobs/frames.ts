import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto';
import { Fault } from '../errors.ts';
import type { Keyring } from '../secrets/keyring.ts';

/*
 * A stored blob is a header and frames, so that a range is read without the bytes before it:
 *   header  magic (8) | master key id (8) | salt (32)
 *   frame   cipher text of FRAME_BYTES plain bytes (fewer in the last one) | GCM tag (16)
 * Every file has a key of its own, derived from the master key, the account and the salt; the nonce is the frame's
 * number and whether it is the last, so frames cannot be swapped, dropped or carried to another account.
 */

const MAGIC = Buffer.from('PWBLOB1\n');
const KEY_ID_BYTES = 8;
const SALT_BYTES = 32;
const TAG_BYTES = 16;

export const HEADER_BYTES = MAGIC.length + KEY_ID_BYTES + SALT_BYTES;
export const FRAME_BYTES = 256 * 1024;
export const SEALED_FRAME_BYTES = FRAME_BYTES + TAG_BYTES;

/** Number of plain bytes in a stored file of this size. */
export function plainSize(storedSize: number): number {
  const body = storedSize - HEADER_BYTES;
  const rest = body % SEALED_FRAME_BYTES;
  if (body < TAG_BYTES || (rest > 0 && rest < TAG_BYTES)) throw new Fault('the blob is cut off');
  return body - Math.ceil(body / SEALED_FRAME_BYTES) * TAG_BYTES;
}

/** Frames of a blob of this many plain bytes; an empty blob has one empty frame. */
export function frameCount(size: number): number {
  return Math.max(1, Math.ceil(size / FRAME_BYTES));
}

export interface FrameSealer {
  readonly header: Buffer;
  seal(plain: Uint8Array, index: number, last: boolean): Buffer[];
}

export function createFrameSealer(keyring: Keyring, account: string): FrameSealer {
  const master = keyring.newest;
  const salt = randomBytes(SALT_BYTES);
  const key = fileKey(master.bytes, account, salt);
  return {
    header: Buffer.concat([MAGIC, Buffer.from(master.id, 'hex'), salt]),
    seal(plain, index, last) {
      const cipher = createCipheriv('aes-256-gcm', key, nonce(index, last));
      const body = cipher.update(plain);
      return [body, cipher.final(), cipher.getAuthTag()];
    },
  };
}

export type FrameOpener = (sealed: Uint8Array, index: number, last: boolean) => Buffer;

export function createFrameOpener(keyring: Keyring, account: string, header: Buffer): FrameOpener {
  if (header.length < HEADER_BYTES || !header.subarray(0, MAGIC.length).equals(MAGIC)) {
    throw new Fault('this is not a stored blob');
  }
  const id = header.subarray(MAGIC.length, MAGIC.length + KEY_ID_BYTES).toString('hex');
  const key = fileKey(keyring.find(id).bytes, account, header.subarray(MAGIC.length + KEY_ID_BYTES));
  return (sealed, index, last) => {
    const decipher = createDecipheriv('aes-256-gcm', key, nonce(index, last));
    decipher.setAuthTag(sealed.subarray(-TAG_BYTES));
    const plain = decipher.update(sealed.subarray(0, -TAG_BYTES));
    try {
      decipher.final();
    } catch (error) {
      throw new Fault(`frame ${index} of the blob is damaged`, error);
    }
    return plain;
  };
}

function fileKey(master: Buffer, account: string, salt: Buffer): Buffer {
  return Buffer.from(hkdfSync('sha256', master, salt, `pipewright blobs ${account}`, 32));
}

function nonce(index: number, last: boolean): Buffer {
  const bytes = Buffer.alloc(12);
  bytes.writeUInt32BE(index, 4);
  bytes[11] = last ? 1 : 0;
  return bytes;
}
