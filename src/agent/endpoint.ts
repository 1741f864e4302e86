import { isLoopback } from '../pure/loopback.ts';

export class UnsafeEndpointError extends Error {
  constructor(origin: string) {
    super(
      `${origin} leads off this machine without TLS: whoever listens on the way could read bundles and take the place of ` +
        'the server. Use an https:// address (with --ca-file for an authority of your own), or say --allow-plain-http.',
    );
    this.name = 'UnsafeEndpointError';
  }
}

/** Hosts run what the server tells them to: off loopback it must prove by TLS that it is the server. */
export function checkEndpoint(url: string, allowPlainHttp = false): void {
  const { protocol, hostname, origin } = new URL(url);
  const plainly = allowPlainHttp || isLoopback(hostname.replace(/^\[|\]$/g, ''));
  if (protocol === 'https:' || (protocol === 'http:' && plainly)) return;
  throw protocol === 'http:' ? new UnsafeEndpointError(origin) : new Error(`${url} is no http(s) address`);
}
