import { ApiError } from '../kernel/errors.ts';

const OVER: readonly string[] = [
  'HostNotRegisteredException',
  'StaleHostSessionException',
  'UnsupportedProtocolException',
  'AccessDeniedException',
];

/** The server has told this agent to go: trying again would change nothing. */
export function isFinal(error: unknown): boolean {
  return error instanceof ApiError && OVER.includes(error.code);
}

/** The server understood and refused (bad keys, bad name): final when it is the first thing it says. */
export function isRefusal(error: unknown): boolean {
  return error instanceof ApiError && error.status >= 400 && error.status < 500 && error.status !== 429;
}
