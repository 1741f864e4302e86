import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Readable } from 'node:stream';
import {
  codecFor,
  type EncodedResponse,
  type RawRequest,
  type WireError,
} from '../../src/wire/codecs/port.ts';
import { chooseProtocol, identifyService } from '../../src/wire/door/identify.ts';
import {
  loadServiceModel,
  type OperationModel,
  type Protocol,
  type ServiceModel,
} from '../../src/wire/models/service-model.ts';

/** What the server made of one request. */
export interface Seen {
  readonly service: string;
  readonly protocol: Protocol;
  readonly operation: string;
  readonly input: Record<string, unknown>;
}

/** What it is to answer. */
export type Answer = { readonly output: Record<string, unknown> } | { readonly error: WireError };

/**
 * A server with nothing but the codecs: it finds service, protocol and operation, decodes the input, keeps it, and
 * answers what the test has laid down. Signatures are not its affair.
 */
export class WireServer {
  readonly #server = createServer((request, response) => {
    this.#serve(request, response).catch((error: unknown) => {
      this.failure = error;
      if (response.headersSent) response.destroy();
      else response.writeHead(599).end();
    });
  });
  readonly #answers: Answer[] = [];
  seen: Seen | undefined;
  failure: unknown;

  static async start(): Promise<WireServer> {
    const server = new WireServer();
    await new Promise<void>((resolve) => server.#server.listen(0, '127.0.0.1', resolve));
    return server;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** Lays down the next answer and forgets what was seen. */
  expect(answer: Answer): void {
    this.#answers[0] = answer;
    this.seen = undefined;
    this.failure = undefined;
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const bytes = Buffer.concat((await request.toArray()) as Buffer[]);
    const target = request.url ?? '';
    const mark = target.indexOf('?');
    const rawQuery = mark < 0 ? '' : target.slice(mark + 1);
    const raw: RawRequest = {
      method: request.method ?? '',
      rawTarget: target,
      rawPath: mark < 0 ? target : target.slice(0, mark),
      rawQuery,
      headers: request.headers,
      body: bytes,
      stream: Readable.from([bytes]),
    };
    const entry = await identifyService({
      authorization: request.headers.authorization,
      target: request.headers['x-amz-target'] as string | undefined,
      rawQuery,
      form: async () => bytes.toString(),
    });
    const service = await loadServiceModel(entry.id);
    const protocol = chooseProtocol(entry, request.headers, rawQuery);
    const codec = codecFor(protocol);
    const name = codec.operationName(service, raw) ?? '';
    const operation = service.operations.get(name);
    if (operation === undefined) throw new Error(`no operation ${name} in ${target}`);
    const input = await codec.decode(service, operation, raw);
    this.seen = { service: entry.id, protocol, operation: name, input: await readStreams(input) };
    await send(response, this.#answer(service, operation, protocol), request.method === 'HEAD');
  }

  #answer(service: ServiceModel, operation: OperationModel, protocol: Protocol): EncodedResponse {
    const answer = this.#answers[0];
    if (answer === undefined) throw new Error('no answer laid down');
    const codec = codecFor(protocol);
    return 'error' in answer
      ? codec.encodeError(service, operation, answer.error, 'request-1')
      : codec.encode(service, operation, answer.output, 'request-1');
  }
}

async function readStreams(input: Record<string, unknown>): Promise<Record<string, unknown>> {
  const result: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(input)) {
    result[name] = value instanceof Readable ? Buffer.concat((await value.toArray()) as Buffer[]) : value;
  }
  return result;
}

async function send(
  response: ServerResponse,
  { status, headers, body }: EncodedResponse,
  isHead: boolean,
): Promise<void> {
  response.writeHead(status, headers);
  if (isHead) response.end();
  else if (body instanceof Readable) {
    for await (const piece of body) response.write(piece);
    response.end();
  } else response.end(body);
}
