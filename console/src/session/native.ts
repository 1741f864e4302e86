/** Where the native routes stand; the AWS API answers at the origin itself. */
export const NATIVE = '/_pipewright';

/** Calls a native route. The header is what keeps other sites' forms out; the cookie goes along by itself. */
export function native(method: 'GET' | 'POST' | 'DELETE', path: string, body?: unknown): Promise<Response> {
  return fetch(`${NATIVE}${path}`, {
    method,
    credentials: 'same-origin',
    headers: {
      'x-pipewright': '1',
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
}
