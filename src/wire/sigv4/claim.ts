import { amzDateOfHeader, parseAmzDate } from './amz-date.ts';
import type { SignedParts } from './canonical-request.ts';
import { SignatureError } from './signature-error.ts';
import { ALGORITHM, type CredentialScope } from './signing-key.ts';

/** What a request says of its own signature. Nothing of it is proven yet. */
export interface SignatureClaim {
  readonly kind: 'header' | 'presigned';
  readonly accessKeyId: string;
  readonly scope: CredentialScope;
  readonly amzDate: string;
  /** Milliseconds of `amzDate`. */
  readonly signedAt: number;
  /** Lower-case, in the client's order (which must be sorted). */
  readonly signedHeaders: readonly string[];
  /** 64 hexadecimal digits. */
  readonly signature: string;
  readonly sessionToken: string | undefined;
  /** Seconds a presigned URL lives. */
  readonly expires: number | undefined;
  /** `X-Amz-Content-Sha256` among the query parameters. */
  readonly queryPayloadHash: string | undefined;
}

export type HeaderReader = (name: string) => string | undefined;

/** Reads a header out of Node's raw list; the first one wins, as for `authorization` in Node itself. */
export function headerReader(parts: SignedParts): HeaderReader {
  const values = new Map<string, string>();
  for (let at = 0; at + 1 < parts.rawHeaders.length; at += 2) {
    const name = (parts.rawHeaders[at] as string).toLowerCase();
    if (!values.has(name)) values.set(name, parts.rawHeaders[at + 1] as string);
  }
  return (name) => values.get(name);
}

/** The claim of a request, or undefined when it is not signed at all. Throws `malformed` for what only looks signed. */
export function readClaim(parts: SignedParts, header: HeaderReader): SignatureClaim | undefined {
  const authorization = header('authorization');
  const presigned = /(?:^|&)X-Amz-(?:Signature|Algorithm|Credential)=/.test(parts.rawQuery);
  if (authorization === undefined) return presigned ? presignedClaim(parts.rawQuery) : undefined;
  if (presigned)
    throw new SignatureError(
      'malformed',
      'Only one auth mechanism allowed; only the X-Amz-Algorithm query parameter or the Authorization header should be specified.',
    );
  return headerClaim(authorization, header);
}

function headerClaim(authorization: string, header: HeaderReader): SignatureClaim {
  const space = authorization.indexOf(' ');
  const algorithm = space < 0 ? authorization : authorization.slice(0, space);
  if (algorithm !== ALGORITHM)
    throw new SignatureError('malformed', `Unsupported AWS 'algorithm': '${printable(algorithm)}'.`);
  const fields = new Map<string, string>();
  for (const field of authorization.slice(space + 1).split(',')) {
    const equals = field.indexOf('=');
    if (equals > 0) fields.set(field.slice(0, equals).trim(), field.slice(equals + 1).trim());
  }
  const need = (name: string) => {
    const value = fields.get(name);
    if (!value) throw new SignatureError('malformed', `Authorization header requires '${name}' parameter.`);
    return value;
  };
  const date = header('x-amz-date') ?? header('date');
  const amzDate = date === undefined ? undefined : amzDateOfHeader(date);
  if (amzDate === undefined)
    throw new SignatureError(
      'malformed',
      "Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header.",
    );
  return assemble('header', {
    credential: need('Credential'),
    signedHeaders: need('SignedHeaders'),
    signature: need('Signature'),
    amzDate,
    sessionToken: header('x-amz-security-token'),
  });
}

function presignedClaim(rawQuery: string): SignatureClaim {
  const fields = new Map<string, string>();
  for (const part of rawQuery.split('&')) {
    const equals = part.indexOf('=');
    const name = equals < 0 ? part : part.slice(0, equals);
    if (!name.startsWith('X-Amz-')) continue;
    if (fields.has(name)) throw new SignatureError('malformed', `Query parameter ${name} is given twice.`);
    fields.set(name, decoded(equals < 0 ? '' : part.slice(equals + 1)));
  }
  const need = (name: string) => {
    const value = fields.get(name);
    if (!value)
      throw new SignatureError(
        'malformed',
        'Query-string authentication version 4 requires the X-Amz-Algorithm, X-Amz-Credential, X-Amz-Signature, X-Amz-Date, X-Amz-SignedHeaders, and X-Amz-Expires parameters.',
      );
    return value;
  };
  const algorithm = need('X-Amz-Algorithm');
  if (algorithm !== ALGORITHM)
    throw new SignatureError('malformed', `X-Amz-Algorithm only supports "${ALGORITHM}".`);
  const expires = fields.get('X-Amz-Expires');
  return assemble('presigned', {
    credential: need('X-Amz-Credential'),
    signedHeaders: need('X-Amz-SignedHeaders'),
    signature: need('X-Amz-Signature'),
    amzDate: need('X-Amz-Date'),
    sessionToken: fields.get('X-Amz-Security-Token'),
    expires: expires === undefined ? undefined : seconds(expires),
    queryPayloadHash: fields.get('X-Amz-Content-Sha256'),
  });
}

interface Fields {
  readonly credential: string;
  readonly signedHeaders: string;
  readonly signature: string;
  readonly amzDate: string;
  readonly sessionToken: string | undefined;
  readonly expires?: number | undefined;
  readonly queryPayloadHash?: string | undefined;
}

function assemble(kind: SignatureClaim['kind'], fields: Fields): SignatureClaim {
  const [accessKeyId = '', date = '', region = '', service = '', terminator, ...rest] =
    fields.credential.split('/');
  const wellFormed =
    /^\w{1,128}$/.test(accessKeyId) &&
    /^\d{8}$/.test(date) &&
    /^[a-z0-9-]{1,64}$/.test(region) &&
    /^[A-Za-z0-9.-]{1,64}$/.test(service);
  if (!wellFormed || terminator !== 'aws4_request' || rest.length > 0)
    throw new SignatureError(
      'malformed',
      `Credential must have exactly 5 slash-delimited elements, e.g. keyid/date/region/service/term, got '${printable(fields.credential)}'`,
    );
  const signedAt = parseAmzDate(fields.amzDate);
  if (signedAt === undefined)
    throw new SignatureError(
      'malformed',
      `Date must be in ISO-8601 'basic format'. Got '${printable(fields.amzDate)}'. See http://en.wikipedia.org/wiki/ISO_8601`,
    );
  if (!fields.amzDate.startsWith(date))
    throw new SignatureError(
      'malformed',
      `Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP: '${date}' != '${fields.amzDate.slice(0, 8)}', from '${fields.amzDate}'.`,
    );
  const signedHeaders = fields.signedHeaders.split(';');
  if (!signedHeaders.includes('host'))
    throw new SignatureError('malformed', "'Host' must be a 'SignedHeader' in the AWS Authorization.");
  if (signedHeaders.some((name, at) => at > 0 && name <= (signedHeaders[at - 1] as string)))
    throw new SignatureError('malformed', 'SignedHeaders must be sorted and must not repeat.');
  if (!/^[0-9a-f]{64}$/.test(fields.signature))
    throw new SignatureError('mismatch', 'The signature is not 64 lower-case hexadecimal digits.');
  return {
    kind,
    accessKeyId,
    scope: { date, region, service },
    amzDate: fields.amzDate,
    signedAt,
    signedHeaders,
    signature: fields.signature,
    sessionToken: fields.sessionToken,
    expires: fields.expires,
    queryPayloadHash: fields.queryPayloadHash,
  };
}

function seconds(text: string): number {
  if (!/^-?\d{1,12}$/.test(text)) throw new SignatureError('bad-expiry', 'X-Amz-Expires should be a number');
  return Number(text);
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw new SignatureError('malformed', 'A query parameter of the signature is not valid UTF-8.');
  }
}

function printable(text: string): string {
  return text.slice(0, 200).replace(/[^\x20-\x7e]/g, '?');
}
