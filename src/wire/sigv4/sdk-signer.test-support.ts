import { Sha256 } from '@smithy/core/checksum';
import { SignatureV4 } from '@smithy/signature-v4';
import type { CredentialStore } from '../operation.ts';
import type { SignedParts } from './canonical-request.ts';
import { uriEncode } from './encoding.ts';

export const ACCESS_KEY = 'AKIDEXAMPLE000000001';
export const SECRET = 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY';
export const NOW = Date.parse('2026-03-04T05:06:07Z');

/** One root user with the key above; with a session token, one that needs it. */
export function oneKey(secret = SECRET, sessionToken?: string): CredentialStore {
  return {
    async find(accessKeyId, token) {
      if (accessKeyId !== ACCESS_KEY || token !== sessionToken) return undefined;
      return {
        secretAccessKey: secret,
        principal: {
          account: '111111111111',
          arn: 'arn:aws:iam::111111111111:root',
          userId: '111111111111',
          accessKeyId,
          kind: 'root',
        },
      };
    },
  };
}

export interface PlainRequest {
  readonly method: string;
  readonly path: string;
  readonly query: Record<string, string | string[]>;
  readonly headers: Record<string, string>;
  readonly body: Uint8Array;
}

export interface SdkOptions {
  readonly service?: string;
  readonly presignSeconds?: number;
  readonly sessionToken?: string;
}

/** Signs with the AWS SDK's own signer and lays the request out as it would stand on the wire. */
export async function signWithSdk(request: PlainRequest, options: SdkOptions = {}): Promise<SignedParts> {
  const service = options.service ?? 'codepipeline';
  const signer = new SignatureV4({
    service,
    region: 'eu-central-1',
    sha256: Sha256,
    uriEscapePath: service !== 's3',
    credentials: {
      accessKeyId: ACCESS_KEY,
      secretAccessKey: SECRET,
      ...(options.sessionToken === undefined ? {} : { sessionToken: options.sessionToken }),
    },
  });
  const plain = { ...request, protocol: 'http:', hostname: 'localhost' };
  const signingDate = new Date(NOW);
  const signed =
    options.presignSeconds === undefined
      ? await signer.sign(plain, { signingDate })
      : await signer.presign(plain, { signingDate, expiresIn: options.presignSeconds });
  const rawQuery = Object.entries(signed.query ?? {})
    .flatMap(([name, value]) =>
      (Array.isArray(value) ? value : [value ?? '']).map((one) => `${uriEncode(name)}=${uriEncode(one)}`),
    )
    .join('&');
  return {
    method: signed.method,
    rawPath: signed.path,
    rawQuery,
    rawHeaders: Object.entries(signed.headers).flat(),
  };
}
