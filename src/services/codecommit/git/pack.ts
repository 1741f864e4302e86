import { createHash } from 'node:crypto';
import { promisify } from 'node:util';
import { deflate } from 'node:zlib';

const deflateAsync = promisify(deflate);

const TYPE_NUMBERS = { commit: 1, tree: 2, blob: 3 } as const;

export interface NewObject {
  readonly type: keyof typeof TYPE_NUMBERS;
  readonly content: Uint8Array;
}

/** An object's id: SHA-1 over its header and content. */
export function objectId({ type, content }: NewObject): string {
  return createHash('sha1').update(`${type} ${content.length}\0`).update(content).digest('hex');
}

/** A pack of whole objects (gitformat-pack), for `git unpack-objects`. */
export async function writePack(objects: readonly NewObject[]): Promise<Buffer> {
  const header = Buffer.alloc(12);
  header.write('PACK');
  header.writeUInt32BE(2, 4);
  header.writeUInt32BE(objects.length, 8);
  const parts: Buffer[] = [header];
  for (const object of objects) parts.push(entryHead(object), await deflateAsync(object.content));
  const body = Buffer.concat(parts);
  return Buffer.concat([body, createHash('sha1').update(body).digest()]);
}

/** Type and size: four bits of the size in the first byte, seven in each that follows. */
function entryHead({ type, content }: NewObject): Buffer {
  const bytes: number[] = [];
  let byte = (TYPE_NUMBERS[type] << 4) | (content.length & 0x0f);
  let rest = Math.floor(content.length / 16);
  while (rest > 0) {
    bytes.push(byte | 0x80);
    byte = rest & 0x7f;
    rest = Math.floor(rest / 128);
  }
  bytes.push(byte);
  return Buffer.from(bytes);
}
