import { SignedOutError } from '../session/credentials.ts';

export interface ErrorWords {
  readonly title: string;
  readonly text: string;
  /** The exception's name, for those who know the API. */
  readonly code?: string;
  /** True when the thing that was asked for is not there. */
  readonly missing: boolean;
}

const MISSING = /NotFound|DoesNotExist|NoSuch/;
const DENIED = /AccessDenied|NotAuthorized|UnauthorizedOperation/;

/** Says what went wrong to a person. */
export function errorInWords(error: unknown): ErrorWords {
  const code = error instanceof Error ? error.name : 'Error';
  const text = error instanceof Error ? error.message : String(error);
  if (error instanceof SignedOutError) return { title: 'You are signed out', text, missing: false };
  if (error instanceof TypeError) {
    const reason =
      'The server did not answer. It may be restarting; the page goes on by itself when it is back.';
    return { title: 'No answer from the server', text: reason, missing: false };
  }
  if (MISSING.test(code)) return { title: 'Not found', text, code, missing: true };
  if (DENIED.test(code)) return { title: 'Not allowed', text, code, missing: false };
  return { title: 'The request failed', text, code, missing: false };
}
