import {
  createServer,
  type IncomingMessage,
  type Server,
  type ServerOptions,
  type ServerResponse,
  STATUS_CODES,
} from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';

export type HttpHandler = (request: IncomingMessage, response: ServerResponse) => void;

export interface HttpServerOptions {
  /** Certificate and key in PEM. Plain HTTP without. */
  readonly tls?: { readonly cert: string; readonly key: string };
  /** Milliseconds in which the headers must have come. Default 15 s. */
  readonly headersTimeoutMs?: number;
  /** Milliseconds without a single byte in either direction. Default 120 s, more than any long poll of ours. */
  readonly idleTimeoutMs?: number;
  /** Default 2,000. */
  readonly maxConnections?: number;
  /** Told of everything that is answered here and never reaches the handler; its result are headers of that answer. */
  readonly refused?: (status: number, reason: string) => Readonly<Record<string, string>>;
}

export interface HttpServer {
  /** The server of Node itself. */
  readonly http: Server;
  /** Port 0 takes a free one. Rejects when the port is taken. */
  listen(address: { readonly host: string; readonly port: number }): Promise<AddressInfo>;
  /**
   * Takes no more connections, lets requests under way finish for `graceMs` (default 10 s), then cuts what is left.
   * Closing twice is allowed.
   */
  close(options?: { readonly graceMs?: number }): Promise<void>;
}

/** Presigned URLs with session tokens and S3's 2 KB of user metadata fit well. */
const MAX_HEADER_BYTES = 32 * 1024;
const MAX_HEADERS = 200;
/** The whole of one request, a slow upload of many gigabytes included. */
const REQUEST_TIMEOUT_MS = 6 * 3_600_000;

/**
 * A plain HTTP server with limits: headers in bytes, number and time, silence on a connection, connections altogether.
 * A request that expects `100 Continue` reaches the handler without it: the handler calls `writeContinue` when it wants
 * the body (see {@link expectsContinue}).
 */
export function createHttpServer(handler: HttpHandler, options: HttpServerOptions = {}): HttpServer {
  const settings: ServerOptions = {
    maxHeaderSize: MAX_HEADER_BYTES,
    headersTimeout: options.headersTimeoutMs ?? 15_000,
    requestTimeout: REQUEST_TIMEOUT_MS,
    connectionsCheckingInterval: Math.min(5000, options.headersTimeoutMs ?? 5000),
    keepAliveTimeout: 65_000,
    insecureHTTPParser: false,
    // The handler answers a request without Host: Node's own answer would carry none of our headers.
    requireHostHeader: false,
  };
  const server: Server =
    options.tls === undefined ? createServer(settings) : createTlsServer({ ...settings, ...options.tls });
  // Node leaves out silently what is over this: with one more than the bound it can be seen, and refused.
  server.maxHeadersCount = MAX_HEADERS + 1;
  server.maxConnections = options.maxConnections ?? 2000;
  server.timeout = options.idleTimeoutMs ?? 120_000;
  let closing: Promise<void> | undefined;

  const headersOf = options.refused ?? (() => ({}));
  const answering = new WeakMap<Duplex, ServerResponse>();

  const refuse = (response: ServerResponse, status: number, reason: string) => {
    response.writeHead(status, { ...headersOf(status, reason), connection: 'close' }).end();
  };
  const serve: HttpHandler = (request, response) => {
    answering.set(request.socket, response);
    response.once('close', () => {
      // A kept-alive connection would otherwise hold a closing server open until it is silent for long enough.
      if (closing !== undefined) setImmediate(() => server.closeIdleConnections());
    });
    if (request.rawHeaders.length > MAX_HEADERS * 2) refuse(response, 431, 'too many headers');
    else handler(request, response);
  };
  server.on('request', serve);
  server.on('checkContinue', serve);
  server.on('checkExpectation', (_request, response) => refuse(response, 417, 'an unknown Expect header'));
  server.on('connect', (_request, socket) => hangUp(socket, 405, headersOf(405, 'CONNECT')));
  server.on('clientError', (error: NodeJS.ErrnoException, socket) => {
    const response = answering.get(socket);
    const inTheMiddle = response?.headersSent === true && !response.writableFinished;
    if (error.code === 'ECONNRESET' || !socket.writable || inTheMiddle) {
      socket.destroy();
      return;
    }
    const status = STATUS_OF[error.code ?? ''] ?? 400;
    hangUp(socket, status, headersOf(status, error.code ?? error.message));
  });

  const close = async (graceMs: number) => {
    const ended = new Promise<void>((resolve) => server.close(() => resolve()));
    server.closeIdleConnections();
    const cut = setTimeout(() => server.closeAllConnections(), graceMs);
    await ended;
    clearTimeout(cut);
  };
  return {
    http: server,
    listen: ({ host, port }) =>
      new Promise((resolve, reject) => {
        server.once('error', reject);
        server.listen({ host, port }, () => {
          server.off('error', reject);
          resolve(server.address() as AddressInfo);
        });
      }),
    close(closeOptions) {
      closing ??= server.listening ? close(closeOptions?.graceMs ?? 10_000) : Promise.resolve();
      return closing;
    },
  };
}

/** Whether the client waits for `100 Continue` before it sends the body. */
export function expectsContinue(request: IncomingMessage): boolean {
  return request.headers.expect?.toLowerCase() === '100-continue';
}

/** Answers what is no HTTP, too much or too slow, and hangs up. */
function hangUp(socket: Duplex, status: number, headers: Readonly<Record<string, string>>): void {
  const lines = Object.entries({ ...headers, connection: 'close', 'content-length': '0' });
  const head = lines.map(([name, value]) => `${name}: ${value}\r\n`).join('');
  // Who does not read the answer, or does not hang up in turn, is no longer listened to.
  socket.on('error', () => socket.destroy());
  socket.end(`HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\n${head}\r\n`, () => socket.destroy());
}

const STATUS_OF: Readonly<Record<string, number>> = {
  HPE_HEADER_OVERFLOW: 431,
  HPE_CHUNK_EXTENSIONS_OVERFLOW: 413,
  ERR_HTTP_REQUEST_TIMEOUT: 408,
};
