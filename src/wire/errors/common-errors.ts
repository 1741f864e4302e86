import { ApiError } from '../../kernel/errors.ts';
import type { ErrorFamily } from './family.ts';

/** Modelled, but no room answers it. Not a 5xx: clients must not try it again. See docs/adr/0010. */
export function operationNotBuilt(service: string, operation: string): ApiError {
  return new ApiError(
    'OperationNotBuilt',
    `Pipewright does not answer ${operation} of the service ${service} yet. Nothing was changed.`,
  );
}

export function unknownOperation(
  family: ErrorFamily,
  service: string,
  operation: string | undefined,
): ApiError {
  const what = operation === undefined ? 'This request names no operation' : `${operation} is no operation`;
  switch (family) {
    case 's3':
      return new ApiError('MethodNotAllowed', 'The specified method is not allowed against this resource.', {
        status: 405,
      });
    case 'query':
      return new ApiError('InvalidAction', `${what} of the service ${service}.`);
    case 'rest-json':
      return new ApiError('UnknownOperationException', `${what} of the service ${service}.`, { status: 404 });
    case 'json':
      return new ApiError('UnknownOperationException', `${what} of the service ${service}.`);
  }
}

export function unknownService(name: string | undefined): ApiError {
  const message =
    name === undefined
      ? 'The request names no service: it carries neither a signature nor a target.'
      : `Pipewright has no service ${name}.`;
  return new ApiError('UnknownServiceException', message);
}

export function bodyTooLarge(family: ErrorFamily, limit: number): ApiError {
  const message = `The request body is larger than the ${limit} bytes this operation takes.`;
  switch (family) {
    case 's3':
      return new ApiError('EntityTooLarge', message);
    case 'query':
      return new ApiError('RequestEntityTooLarge', message, { status: 413 });
    case 'json':
    case 'rest-json':
      return new ApiError('RequestEntityTooLargeException', message, { status: 413 });
  }
}

export function bodyTooSlow(family: ErrorFamily): ApiError {
  const message = 'The request body did not come within the time that its length allows.';
  if (family === 's3') return new ApiError('RequestTimeout', message);
  const code = family === 'query' ? 'RequestTimeout' : 'RequestTimeoutException';
  return new ApiError(code, message, { status: 408 });
}

/** A target whose escapes make no UTF-8. */
export function invalidUri(): ApiError {
  return new ApiError('InvalidURI', "Couldn't parse the specified URI.");
}

export function accessDenied(family: ErrorFamily, message: string): ApiError {
  if (family === 'json') return new ApiError('AccessDeniedException', message);
  if (family === 'rest-json') return new ApiError('AccessDeniedException', message, { status: 403 });
  return new ApiError('AccessDenied', message, { status: 403 });
}

/** `cause` is shown to nobody; but that the disk is full is worth knowing for whoever can make room. */
export function internalFailure(family: ErrorFamily, requestId: string, cause?: unknown): ApiError {
  const code = family === 's3' ? 'InternalError' : 'InternalFailure';
  const why = isDiskFull(cause) ? 'the disk of this server is full' : 'of an internal failure';
  const message = `The request could not be carried out because ${why}. Its id is ${requestId}.`;
  return new ApiError(code, message, { status: 500 });
}

/** Of Node, SQLite and PostgreSQL. */
const DISK_FULL = new Set(['ENOSPC', 'EDQUOT', 'SQLITE_FULL', '53100']);

function isDiskFull(error: unknown): boolean {
  for (let at: unknown = error, depth = 0; at instanceof Error && depth < 5; at = at.cause, depth++)
    if (DISK_FULL.has(String((at as NodeJS.ErrnoException).code))) return true;
  return false;
}
