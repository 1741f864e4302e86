import { request as plainRequest } from 'node:http';
import { Agent, request as tlsRequest } from 'node:https';
import { Readable } from 'node:stream';
import { rootCertificates } from 'node:tls';

/** What of `fetch` our clients use. */
export type Fetch = (
  url: string | URL,
  init: {
    readonly method?: string;
    readonly headers?: Readonly<Record<string, string>>;
    readonly body?: Uint8Array;
    readonly signal?: AbortSignal;
    readonly redirect: 'error';
  },
) => Promise<Response>;

/**
 * A `fetch` that trusts one authority more than the system does (PEM). The built-in one takes no authority of its own,
 * and to change the trust of the whole process is not a client's affair.
 */
export function trustingFetch(authority: string): Fetch {
  const agent = new Agent({ keepAlive: true, ca: [...rootCertificates, authority] });
  return (url, { method = 'GET', headers = {}, body, signal }) =>
    new Promise((resolve, reject) => {
      const target = new URL(url);
      const secure = target.protocol === 'https:';
      const options = { method, headers, ...(signal === undefined ? {} : { signal }) };
      const request = secure ? tlsRequest(target, { ...options, agent }) : plainRequest(target, options);
      request.once('error', reject);
      request.once('response', (answer) => {
        const { statusCode: status = 0 } = answer;
        if (status >= 300 && status < 400) {
          answer.resume();
          reject(new Error(`redirected to ${answer.headers.location ?? 'nowhere'}`));
          return;
        }
        const empty = status === 204 || method === 'HEAD';
        if (empty) answer.resume();
        resolve(new Response(empty ? null : (Readable.toWeb(answer) as ReadableStream), { status }));
      });
      request.end(body);
    });
}
