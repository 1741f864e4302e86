import { Readable } from 'node:stream';
import type { Tx } from '../../../kernel/database/port.ts';
import type { Kernel } from '../../../kernel/kernel.ts';
import { type ChecksumClaim, type StoredChecksum, tapDigest } from '../checksums.ts';
import { s3Errors } from '../errors.ts';

/** S3's bytes live apart from those of other rooms, so that their collector never meets a blob it does not know. */
export function blobSpace(account: string): string {
  return `s3-${account}`;
}

/** The account that a space belongs to; undefined for spaces of other rooms. */
export function blobAccount(space: string): string | undefined {
  return /^s3-(\d{12})$/.exec(space)?.[1];
}

/** 5 GiB: S3's limit for one put and one part. */
export const MAX_PUT_BYTES = 5 * 1024 ** 3;

/** Servers on several machines do not agree on the time to the millisecond. */
const CLOCKS_DIFFER_MS = 1_000;

export interface StoredBytes {
  readonly sha256: string;
  readonly md5: string;
  readonly size: number;
  readonly checksum: StoredChecksum | undefined;
  /** Wall milliseconds at which storing began. */
  readonly since: number;
}

export interface StoreOptions {
  readonly claim?: ChecksumClaim | undefined;
  /** Base64, as in `Content-MD5`. */
  readonly contentMd5?: string | undefined;
}

/** Stores a body and verifies every digest that was announced for it. Nothing refers to it yet. */
export async function storeBytes(
  kernel: Kernel,
  account: string,
  body: Readable | Uint8Array | undefined,
  { claim, contentMd5 }: StoreOptions = {},
): Promise<StoredBytes> {
  const since = kernel.clock.wall();
  const expect = contentMd5 === undefined ? {} : { expect: { md5: md5Hex(contentMd5) } };
  const options = { maxBytes: MAX_PUT_BYTES, ...expect };
  const source = body ?? new Uint8Array();
  // The store computes SHA-256 and MD5 by itself.
  if (!claim || claim.algorithm === 'SHA256' || claim.algorithm === 'MD5') {
    const info = await kernel.blobs.put(blobSpace(account), source, options);
    const hex = claim?.algorithm === 'MD5' ? info.md5 : info.sha256;
    return { ...info, since, checksum: claim && verified(claim, Buffer.from(hex, 'hex').toString('base64')) };
  }
  const stream = source instanceof Uint8Array ? Readable.from([source]) : source;
  const tapped = tapDigest(stream, claim.algorithm);
  const info = await kernel.blobs.put(
    blobSpace(account),
    Readable.from(tapped.bytes, { objectMode: false }),
    options,
  );
  return { ...info, since, checksum: verified(claim, tapped.value()) };
}

/**
 * Takes a blob into use inside the transaction that writes the row: one that the collector had marked is unmarked.
 * Refuses (`SlowDown`: clients try again) when the collector may have removed just what was stored.
 */
export async function claimBlob(
  tx: Tx,
  account: string,
  bytes: Pick<StoredBytes, 'sha256' | 'since'>,
): Promise<void> {
  const mark = await lockMark(tx, account, bytes.sha256);
  if (!mark) return;
  const storedAfterwards = mark.state === 'removed' && bytes.since > mark.at + CLOCKS_DIFFER_MS;
  if (mark.state !== 'condemned' && !storedAfterwards) throw s3Errors.slowDown();
  await tx.execute("delete from s3_condemned_blobs where account = ? and region = '-' and sha256 = ?", [
    account,
    bytes.sha256,
  ]);
}

/** What the collector thinks of a blob; nobody else can change it until the transaction ends. */
export async function lockMark(
  tx: Tx,
  account: string,
  sha256: string,
): Promise<{ readonly state: 'condemned' | 'removing' | 'removed'; readonly at: number } | undefined> {
  const lock = tx.dialect === 'postgres' ? ' for update' : '';
  const [mark] = await tx.query<{ state: 'condemned' | 'removing' | 'removed'; at: number }>(
    `select state, at from s3_condemned_blobs where account = ? and region = '-' and sha256 = ?${lock}`,
    [account, sha256],
  );
  return mark;
}

function verified(claim: ChecksumClaim, value: string): StoredChecksum {
  if (claim.value !== undefined && claim.value !== value) throw s3Errors.badDigest(claim.algorithm);
  return { algorithm: claim.algorithm, type: 'FULL_OBJECT', value };
}

function md5Hex(base64: string): string {
  const bytes = Buffer.from(base64, 'base64');
  if (bytes.length !== 16 || bytes.toString('base64') !== base64) throw s3Errors.invalidDigest();
  return bytes.toString('hex');
}
