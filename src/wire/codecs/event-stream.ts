import { Readable } from 'node:stream';
import { crc32 } from 'node:zlib';
import { ApiError } from '../../kernel/errors.ts';
import type { OperationModel } from '../models/service-model.ts';
import type { Member, StructureShape } from '../models/shape.ts';
import { encodeJsonStructure } from './json-values.ts';
import type { EncodedResponse } from './port.ts';
import { encodeXmlElement } from './xml-encode.ts';

/**
 * The answer of an operation whose output is a stream of events: the output member is an async iterable of
 * `{ eventName: event }`, framed as `application/vnd.amazon.eventstream`. RPC protocols open with an
 * `initial-response`; clients for Go wait for it. An `ApiError` thrown by the iterable becomes the last message.
 */
export function encodeEventStream(
  operation: OperationModel,
  output: Record<string, unknown>,
  requestId: string,
  form: 'json' | 'rest-json' | 'xml',
  contentType: string,
): EncodedResponse {
  const name = operation.eventStreamOutput ?? '';
  const events = output[name] as AsyncIterable<Record<string, unknown>>;
  const union = operation.output?.byName.get(name)?.shape as StructureShape;
  const eventType = form === 'xml' ? 'text/xml' : 'application/json';
  async function* frames(): AsyncGenerator<Uint8Array> {
    if (form === 'json' && operation.output !== undefined) {
      const { [name]: _events, ...initial } = output;
      const body = JSON.stringify(encodeJsonStructure(operation.output, initial));
      yield frame(
        { ':message-type': 'event', ':event-type': 'initial-response', ':content-type': contentType },
        Buffer.from(body),
      );
    }
    try {
      for await (const event of events) {
        const member = union.members.find((candidate) => event[candidate.name] !== undefined);
        if (member === undefined)
          throw new TypeError(`${operation.name} has no event ${Object.keys(event).join()}`);
        yield eventFrame(member, event[member.name] as Record<string, unknown>, form, eventType);
      }
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      const body = JSON.stringify({ message: error.message });
      yield frame(
        { ':message-type': 'exception', ':exception-type': error.code, ':content-type': 'application/json' },
        Buffer.from(body),
      );
    }
  }
  return {
    status: operation.http.responseCode,
    headers: { 'content-type': 'application/vnd.amazon.eventstream', 'x-amzn-requestid': requestId },
    body: Readable.from(frames(), { objectMode: false }),
  };
}

function eventFrame(
  member: Member,
  event: Record<string, unknown>,
  form: 'json' | 'rest-json' | 'xml',
  contentType: string,
): Uint8Array {
  const shape = member.shape as StructureShape;
  const headers = { ':message-type': 'event', ':event-type': member.name };
  const payload = shape.members.find((candidate) => candidate.eventPayload);
  if (payload?.shape.kind === 'blob') {
    const bytes = (event[payload.name] as Uint8Array | undefined) ?? new Uint8Array();
    return frame({ ...headers, ':content-type': 'application/octet-stream' }, bytes);
  }
  const value = payload === undefined ? event : event[payload.name];
  const valueShape = (payload?.shape ?? shape) as StructureShape;
  if (shape.members.length === 0) return frame(headers, new Uint8Array());
  const body =
    form === 'xml'
      ? encodeXmlElement(valueShape, valueShape.name, value, undefined)
      : JSON.stringify(encodeJsonStructure(valueShape, (value ?? {}) as Record<string, unknown>));
  return frame({ ...headers, ':content-type': contentType }, Buffer.from(body));
}

/** One message: two lengths and their CRC, string headers, the payload, and the CRC of everything before. */
export function frame(headers: Readonly<Record<string, string>>, payload: Uint8Array): Uint8Array {
  const parts: Buffer[] = [];
  for (const [name, value] of Object.entries(headers)) {
    const nameBytes = Buffer.from(name);
    const valueBytes = Buffer.from(value);
    const head = Buffer.alloc(nameBytes.length + 4);
    head[0] = nameBytes.length;
    nameBytes.copy(head, 1);
    head[nameBytes.length + 1] = 7;
    head.writeUInt16BE(valueBytes.length, nameBytes.length + 2);
    parts.push(head, valueBytes);
  }
  const headerBytes = Buffer.concat(parts);
  const total = 12 + headerBytes.length + payload.length + 4;
  const message = Buffer.alloc(total);
  message.writeUInt32BE(total, 0);
  message.writeUInt32BE(headerBytes.length, 4);
  message.writeUInt32BE(crc32(message.subarray(0, 8)), 8);
  headerBytes.copy(message, 12);
  message.set(payload, 12 + headerBytes.length);
  message.writeUInt32BE(crc32(message.subarray(0, total - 4)), total - 4);
  return message;
}
