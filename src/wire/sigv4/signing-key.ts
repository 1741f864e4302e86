import { createHmac, createSecretKey, hash, type KeyObject } from 'node:crypto';

export const ALGORITHM = 'AWS4-HMAC-SHA256';
export const EMPTY_SHA256 = 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855';

/** What a signature is bound to, besides the secret. */
export interface CredentialScope {
  /** `YYYYMMDD`. */
  readonly date: string;
  readonly region: string;
  readonly service: string;
}

export function scopeText(scope: CredentialScope): string {
  return `${scope.date}/${scope.region}/${scope.service}/aws4_request`;
}

export function sha256Hex(data: string | Uint8Array): string {
  return hash('sha256', data, 'hex');
}

function hmac(key: string | Uint8Array, text: string): Buffer {
  return createHmac('sha256', key).update(text, 'utf8').digest();
}

/** A key object, not bytes: Node makes one of the other at every use, which costs more than the digest. */
export function hmacHex(key: KeyObject, text: string): string {
  return createHmac('sha256', key).update(text, 'utf8').digest('hex');
}

/** Derives the key of a day, region and service from a secret. */
export function deriveSigningKey(secret: string, scope: CredentialScope): KeyObject {
  const regional = hmac(hmac(`AWS4${secret}`, scope.date), scope.region);
  return createSecretKey(hmac(hmac(regional, scope.service), 'aws4_request'));
}

export type SigningKeys = (secret: string, scope: CredentialScope) => KeyObject;

/** Remembers derived keys, at most `limit` of them: the oldest goes first, and a used one becomes the youngest. */
export function createSigningKeys(limit = 512): SigningKeys & { readonly size: () => number } {
  const cached = new Map<string, KeyObject>();
  const keys = (secret: string, scope: CredentialScope) => {
    // Hashed, so that no plain secret lies about as a map's key; the separator cannot occur in a scope.
    const name = sha256Hex(`${scopeText(scope)}\n${secret}`);
    const key = cached.get(name) ?? deriveSigningKey(secret, scope);
    cached.delete(name);
    cached.set(name, key);
    if (cached.size > limit) cached.delete(cached.keys().next().value as string);
    return key;
  };
  return Object.assign(keys, { size: () => cached.size });
}

/** The signature of a canonical request. */
export function signatureOf(
  key: KeyObject,
  amzDate: string,
  scope: CredentialScope,
  canonical: string | Uint8Array,
): string {
  return hmacHex(key, `${ALGORITHM}\n${amzDate}\n${scopeText(scope)}\n${sha256Hex(canonical)}`);
}
