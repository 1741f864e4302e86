import { formatAmzDate } from './amz-date.ts';
import { canonicalPaths, canonicalRequest, signsPathVerbatim } from './canonical-request.ts';
import { uriEncode } from './encoding.ts';
import { UNSIGNED_PAYLOAD } from './payload.ts';
import {
  ALGORITHM,
  deriveSigningKey,
  EMPTY_SHA256,
  scopeText,
  sha256Hex,
  signatureOf,
} from './signing-key.ts';

export interface Credentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
}

interface SigningTarget {
  readonly region: string;
  /** As in the credential scope: `codedeploy`, `s3` … */
  readonly service: string;
  readonly credentials: Credentials;
  /** Wall milliseconds. */
  readonly now: number;
}

export interface RequestToSign extends SigningTarget {
  readonly method: string;
  /** Path as it will stand on the request line, percent-encoded. */
  readonly rawPath: string;
  /** Without `?`. */
  readonly rawQuery?: string;
  /** `host` and whatever else is to be covered; names in any case. */
  readonly headers: Readonly<Record<string, string>>;
  /** The body, its hexadecimal SHA-256, or `UNSIGNED-PAYLOAD`. */
  readonly payload: Uint8Array | string;
}

/** The headers of a request together with those that sign it, lower-case. */
export function signRequest(request: RequestToSign): Record<string, string> {
  const amzDate = formatAmzDate(request.now);
  const scope = { date: amzDate.slice(0, 8), region: request.region, service: request.service };
  const payloadHash = typeof request.payload === 'string' ? request.payload : sha256Hex(request.payload);
  const headers: Record<string, string> = {};
  for (const [name, value] of Object.entries(request.headers)) headers[name.toLowerCase()] = value;
  headers['x-amz-date'] = amzDate;
  headers['x-amz-content-sha256'] = payloadHash;
  const { sessionToken } = request.credentials;
  if (sessionToken !== undefined) headers['x-amz-security-token'] = sessionToken;
  const signed = Object.keys(headers).toSorted();
  const canonical = canonicalRequest(
    {
      method: request.method,
      rawPath: request.rawPath,
      rawQuery: request.rawQuery ?? '',
      rawHeaders: Object.entries(headers).flat(),
    },
    canonicalPaths(request.service, request.rawPath)[0] as string,
    signed,
    payloadHash,
  );
  const key = deriveSigningKey(request.credentials.secretAccessKey, scope);
  headers.authorization =
    `${ALGORITHM} Credential=${request.credentials.accessKeyId}/${scopeText(scope)}, ` +
    `SignedHeaders=${signed.join(';')}, Signature=${signatureOf(key, amzDate, scope, canonical)}`;
  return headers;
}

export interface UrlToPresign extends SigningTarget {
  readonly method: string;
  /** `host:port` as clients will send it. */
  readonly host: string;
  /** Percent-encoded. */
  readonly rawPath: string;
  /** Parameters besides those of the signature, decoded. */
  readonly query?: Readonly<Record<string, string>>;
  /** 1 to 604800 seconds. */
  readonly expires: number;
}

/** The path and query of a presigned URL (what follows the host). The body stays unsigned for S3, empty otherwise. */
export function presign(url: UrlToPresign): string {
  const amzDate = formatAmzDate(url.now);
  const scope = { date: amzDate.slice(0, 8), region: url.region, service: url.service };
  const { sessionToken } = url.credentials;
  const query: Record<string, string> = {
    ...url.query,
    'X-Amz-Algorithm': ALGORITHM,
    'X-Amz-Credential': `${url.credentials.accessKeyId}/${scopeText(scope)}`,
    'X-Amz-Date': amzDate,
    'X-Amz-Expires': String(url.expires),
    'X-Amz-SignedHeaders': 'host',
    ...(sessionToken === undefined ? {} : { 'X-Amz-Security-Token': sessionToken }),
  };
  const rawQuery = Object.entries(query)
    .map(([name, value]) => `${uriEncode(name)}=${uriEncode(value)}`)
    .join('&');
  const canonical = canonicalRequest(
    { method: url.method, rawPath: url.rawPath, rawQuery, rawHeaders: ['host', url.host] },
    canonicalPaths(url.service, url.rawPath)[0] as string,
    ['host'],
    signsPathVerbatim(url.service) ? UNSIGNED_PAYLOAD : EMPTY_SHA256,
  );
  const key = deriveSigningKey(url.credentials.secretAccessKey, scope);
  return `${url.rawPath}?${rawQuery}&X-Amz-Signature=${signatureOf(key, amzDate, scope, canonical)}`;
}
