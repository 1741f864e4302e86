import { randomBytes } from 'node:crypto';

/** The kinds of AWS's unique ids, by what they name. */
export type IdPrefix = 'AIDA' | 'AROA' | 'AKIA' | 'ASIA' | 'ANPA' | 'ACCA';

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';

/** An id as AWS makes them: 20 characters for keys, 21 for everything else. */
export function newAwsId(prefix: IdPrefix): string {
  const length = prefix === 'AKIA' || prefix === 'ASIA' ? 16 : 17;
  return prefix + [...randomBytes(length)].map((byte) => ALPHABET[byte & 31]).join('');
}

/** 40 characters, as AWS's secret keys. */
export function newSecretKey(): string {
  return randomBytes(30).toString('base64');
}

export function newSessionToken(): string {
  return randomBytes(96).toString('base64');
}

/** 43 characters and `=`, as AWS's git passwords. */
export function newGitPassword(): string {
  return randomBytes(32).toString('base64');
}
