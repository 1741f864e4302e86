import type { Readable } from 'node:stream';
import type { OperationModel, ServiceModel } from '../models/service-model.ts';
import type { Member, StructureShape } from '../models/shape.ts';
import { errorMembers, modelOf, outputRecord, statusOf } from './answers.ts';
import { encodeEventStream } from './event-stream.ts';
import type { Codec, RawRequest, WireError } from './port.ts';
import { decodeBindings } from './rest-request.ts';
import { encodeBindings, hasBodyMembers, isBodiless } from './rest-response.ts';

/** What the two REST protocols do differently: their bodies. */
export interface RestBody {
  readonly contentType: string;
  readonly eventForm: 'rest-json' | 'xml';
  /** Headers on every answer. */
  headers(requestId: string): Record<string, string>;
  /** The body's own members. */
  decodeMembers(shape: StructureShape, body: Uint8Array): Record<string, unknown>;
  /** A structure that is the whole body. */
  decodePayload(member: Member, body: Uint8Array): unknown;
  encodeMembers(
    service: ServiceModel,
    operation: OperationModel,
    shape: StructureShape,
    output: Record<string, unknown>,
  ): string;
  encodePayload(service: ServiceModel, member: Member, value: unknown): string;
  encodeError(
    service: ServiceModel,
    error: WireError,
    members: Record<string, unknown>,
    requestId: string,
  ): string;
}

/** REST: method and path name the operation; labels, query, headers and body carry the members. */
export function restCodec(form: RestBody): Codec {
  return {
    operationName: (service, raw) =>
      service.route(raw.method, raw.rawPath, raw.rawQuery, raw.headers)?.operation.name,

    decode: async (service, operation, raw) => {
      const input = decodeBindings(service, operation, raw);
      return Object.assign(input, decodeBody(form, operation, raw));
    },

    encode: (service, operation, output, requestId) => {
      const record = outputRecord(operation, output);
      const { headers, status = operation.http.responseCode } = encodeBindings(operation.output, record);
      if (operation.eventStreamOutput !== undefined) {
        const answer = encodeEventStream(operation, record, requestId, form.eventForm, form.contentType);
        return {
          status,
          headers: { ...answer.headers, ...form.headers(requestId), ...headers },
          body: answer.body,
        };
      }
      const { body, contentType } = encodeBody(form, service, operation, record, status);
      return {
        status,
        headers: {
          ...form.headers(requestId),
          ...(contentType === undefined ? {} : { 'content-type': contentType }),
          ...headers,
        },
        body,
      };
    },

    encodeError: (service, _operation, error, requestId) => {
      const model = modelOf(service, error);
      const status = statusOf(service, error);
      const members = errorMembers(model, error);
      return {
        status,
        headers: {
          ...form.headers(requestId),
          ...(isBodiless(status) ? {} : { 'content-type': form.contentType }),
          'x-amzn-errortype': model?.name ?? error.code,
          ...encodeBindings(model?.shape, members).headers,
        },
        body: isBodiless(status) ? '' : form.encodeError(service, error, members, requestId),
      };
    },
  };
}

function decodeBody(form: RestBody, operation: OperationModel, raw: RawRequest): Record<string, unknown> {
  const shape = operation.input;
  if (shape === undefined) return {};
  if (shape.payload !== undefined) {
    const value = decodePayload(form, shape.byName.get(shape.payload) as Member, raw);
    return value === undefined ? {} : { [shape.payload]: value };
  }
  if (raw.body === undefined || raw.body.length === 0 || !hasBodyMembers(shape)) return {};
  return form.decodeMembers(shape, raw.body);
}

function decodePayload(form: RestBody, member: Member, raw: RawRequest): unknown {
  const { shape } = member;
  if (shape.kind === 'blob' && shape.streaming) return raw.stream ?? raw.body;
  const { body } = raw;
  if (body === undefined || body.length === 0) return undefined;
  if (shape.kind === 'blob') return body;
  if (shape.kind === 'string') return Buffer.from(body).toString('utf8');
  return form.decodePayload(member, body);
}

interface EncodedBody {
  readonly body: string | Uint8Array | Readable;
  readonly contentType: string | undefined;
}

function encodeBody(
  form: RestBody,
  service: ServiceModel,
  operation: OperationModel,
  output: Record<string, unknown>,
  status: number,
): EncodedBody {
  const shape = operation.output;
  if (shape === undefined || isBodiless(status)) return { body: '', contentType: undefined };
  if (shape.payload === undefined) {
    if (!hasBodyMembers(shape)) return { body: '', contentType: undefined };
    return { body: form.encodeMembers(service, operation, shape, output), contentType: form.contentType };
  }
  const value = output[shape.payload];
  if (value === undefined || value === null) return { body: '', contentType: undefined };
  const member = shape.byName.get(shape.payload) as Member;
  if (member.shape.kind === 'blob') {
    return { body: value as Uint8Array | Readable, contentType: 'application/octet-stream' };
  }
  if (member.shape.kind === 'string') return { body: String(value), contentType: 'text/plain' };
  return { body: form.encodePayload(service, member, value), contentType: form.contentType };
}
