import { ApiError } from '../../kernel/errors.ts';
import type { SignatureError, SignatureFault } from '../sigv4/signature-error.ts';
import type { ErrorFamily } from './family.ts';

interface Name {
  readonly code: string;
  readonly status: number;
  /** In place of the message that the other families show. */
  readonly message?: string;
}

const json = (code: string): Readonly<Record<Exclude<ErrorFamily, 'query' | 's3'>, Name>> => ({
  json: { code, status: 400 },
  'rest-json': { code, status: 403 },
});
const all = (code: string, query: string, s3: Name): Readonly<Record<ErrorFamily, Name>> => ({
  ...json(code),
  query: { code: query, status: 403 },
  s3,
});
const same = (code: string, status = 400): Readonly<Record<ErrorFamily, Name>> => ({
  json: { code, status },
  'rest-json': { code, status },
  query: { code, status },
  s3: { code, status },
});

const S3_MISMATCH =
  'The request signature we calculated does not match the signature you provided. Check your key and signing method.';
const S3_SKEW = 'The difference between the request time and the current time is too large.';

/** How the families of services name each refusal (common errors of each API reference, S3's list of error codes). */
const NAMES: Readonly<Record<SignatureFault, Readonly<Record<ErrorFamily, Name>>>> = {
  missing: all('MissingAuthenticationTokenException', 'MissingAuthenticationToken', {
    code: 'AccessDenied',
    status: 403,
    message: 'Access Denied',
  }),
  malformed: all('IncompleteSignatureException', 'IncompleteSignature', {
    code: 'AuthorizationHeaderMalformed',
    status: 400,
  }),
  'unknown-key': all('UnrecognizedClientException', 'InvalidClientTokenId', {
    code: 'InvalidAccessKeyId',
    status: 403,
    message: 'The AWS Access Key Id you provided does not exist in our records.',
  }),
  'expired-token': all('ExpiredTokenException', 'ExpiredToken', {
    code: 'ExpiredToken',
    status: 400,
    message: 'The provided token has expired.',
  }),
  mismatch: all('InvalidSignatureException', 'SignatureDoesNotMatch', {
    code: 'SignatureDoesNotMatch',
    status: 403,
    message: S3_MISMATCH,
  }),
  'too-old': all('InvalidSignatureException', 'SignatureDoesNotMatch', {
    code: 'RequestTimeTooSkewed',
    status: 403,
    message: S3_SKEW,
  }),
  'too-new': all('InvalidSignatureException', 'SignatureDoesNotMatch', {
    code: 'RequestTimeTooSkewed',
    status: 403,
    message: S3_SKEW,
  }),
  expired: all('InvalidSignatureException', 'RequestExpired', { code: 'AccessDenied', status: 403 }),
  'bad-expiry': all('IncompleteSignatureException', 'IncompleteSignature', {
    code: 'AuthorizationQueryParametersError',
    status: 400,
  }),
  'unsigned-headers': all('InvalidSignatureException', 'SignatureDoesNotMatch', {
    code: 'AccessDenied',
    status: 403,
  }),
  'missing-payload-hash': all('InvalidSignatureException', 'SignatureDoesNotMatch', {
    code: 'InvalidRequest',
    status: 400,
  }),
  'bad-payload-hash': all('InvalidSignatureException', 'SignatureDoesNotMatch', {
    code: 'InvalidArgument',
    status: 400,
  }),
  'payload-mismatch': all('InvalidSignatureException', 'SignatureDoesNotMatch', {
    code: 'XAmzContentSHA256Mismatch',
    status: 400,
  }),
  'bad-checksum': same('BadDigest'),
  'malformed-checksum': same('InvalidRequest'),
  'malformed-chunk': same('InvalidRequest'),
  'malformed-trailer': same('MalformedTrailerError'),
  'incomplete-body': same('IncompleteBody'),
  'missing-length': same('MissingContentLength', 411),
};

/** The refusal under the name that this family of services gives it. */
export function signatureApiError(error: SignatureError, family: ErrorFamily): ApiError {
  const name = NAMES[error.fault][family];
  // Only S3 shows what it compared; the others have no members for it.
  const members = family === 's3' ? error.details : {};
  return new ApiError(name.code, name.message ?? error.message, {
    status: name.status,
    members,
    cause: error,
  });
}
