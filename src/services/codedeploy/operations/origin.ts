import type { IncomingMessage } from 'node:http';
import type { TLSSocket } from 'node:tls';

/**
 * The address that a client reached this server by, so that what it is told to fetch can be fetched from where it
 * stands: hosts may know the server by another name, or port, than those on this machine do. Behind a proxy that ends
 * TLS the server's own public address is the one.
 */
export function originOf(
  request: Pick<IncomingMessage, 'headers' | 'socket'> | undefined,
  endpoint: string,
): string {
  const own = new URL(endpoint);
  const host = request?.headers.host;
  if (!host || host === own.host) return own.origin;
  return `${(request.socket as TLSSocket).encrypted ? 'https' : 'http'}://${host}`;
}
