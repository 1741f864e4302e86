import { createHash, createHmac, timingSafeEqual } from 'node:crypto';

/** How old, or how far ahead, the time in a signed password may be. */
export const SIGNATURE_MAX_AGE_MS = 15 * 60_000;

export interface SignedPassword {
  /** `YYYYMMDD'T'HHMMSS`, without the `Z`. */
  readonly timestamp: string;
  /** 64 hexadecimal digits. */
  readonly signature: string;
}

/** The password of CodeCommit's credential helper, `<timestamp>Z<signature>`; undefined when it is anything else. */
export function parseSignedPassword(password: string): SignedPassword | undefined {
  const found = /^(\d{8}T\d{6})Z([0-9a-f]{64})$/.exec(password);
  return found ? { timestamp: found[1] as string, signature: found[2] as string } : undefined;
}

/** `AKIA…` or `ASIA…%<session token>`. */
export function parseHelperUserName(userName: string): {
  readonly accessKeyId: string;
  readonly sessionToken: string | undefined;
} {
  const at = userName.indexOf('%');
  return at < 0
    ? { accessKeyId: userName, sessionToken: undefined }
    : { accessKeyId: userName.slice(0, at), sessionToken: userName.slice(at + 1) };
}

/** Wall milliseconds of a timestamp; NaN when it is no moment. */
export function timestampMs(timestamp: string): number {
  const [, y, m, d, h, min, s] = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)$/.exec(timestamp) ?? [];
  return Date.parse(`${y}-${m}-${d}T${h}:${min}:${s}Z`);
}

export interface SignedTarget {
  /** Host name without the port. */
  readonly host: string;
  /** `/v1/repos/<name>` as the client wrote it. */
  readonly path: string;
  readonly region: string;
}

/**
 * The signature that the helper of the aws CLI makes (`awscli/customizations/codecommit.py`, `sign_request`): SigV4 for
 * the service `codecommit` over a request of the method `GIT` with one header and neither query nor payload hash,
 *
 *     GIT\n<path>\n\nhost:<host>\n\nhost\n
 *
 * whose last line is empty where SigV4 has the payload's hash. The time stands in the string to sign without its `Z`.
 */
export function gitSignature(secret: string, timestamp: string, target: SignedTarget): string {
  const canonical = `GIT\n${target.path}\n\nhost:${target.host}\n\nhost\n`;
  const date = timestamp.slice(0, 8);
  const credentialScope = `${date}/${target.region}/codecommit/aws4_request`;
  const digest = createHash('sha256').update(canonical, 'utf8').digest('hex');
  const toSign = `AWS4-HMAC-SHA256\n${timestamp}\n${credentialScope}\n${digest}`;
  let key: Buffer = hmac(`AWS4${secret}`, date);
  for (const part of [target.region, 'codecommit', 'aws4_request']) key = hmac(key, part);
  return hmac(key, toSign).toString('hex');
}

/** Whether the password was made with this secret for this target, and lately. Compares in constant time. */
export function verifySignedPassword(
  secret: string,
  password: SignedPassword,
  target: SignedTarget,
  wallMs: number,
): boolean {
  const age = Math.abs(wallMs - timestampMs(password.timestamp));
  // NaN is not within the bound either.
  if (!(age <= SIGNATURE_MAX_AGE_MS)) return false;
  const expected = Buffer.from(gitSignature(secret, password.timestamp, target), 'hex');
  return timingSafeEqual(expected, Buffer.from(password.signature, 'hex'));
}

function hmac(key: string | Buffer, text: string): Buffer {
  return createHmac('sha256', key).update(text, 'utf8').digest();
}
