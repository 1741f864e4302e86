import { errorMembers, messageMember, modelOf, outputRecord, queryErrorHeader, statusOf } from './answers.ts';
import { encodeEventStream } from './event-stream.ts';
import { decodeJsonStructure, encodeJsonStructure, parseJsonBody } from './json-values.ts';
import type { Codec } from './port.ts';

/** AWS JSON 1.0 and 1.1: everything in the body, the operation in `X-Amz-Target`. */
export function jsonCodec(version: '1.0' | '1.1'): Codec {
  const contentType = `application/x-amz-json-${version}`;
  return {
    operationName: (_service, raw) => {
      const target = raw.headers['x-amz-target'];
      return typeof target === 'string' ? target.slice(target.lastIndexOf('.') + 1) : undefined;
    },

    decode: async (_service, operation, raw) => {
      const body = parseJsonBody(raw.body);
      return operation.input === undefined ? {} : decodeJsonStructure(operation.input, body, []);
    },

    encode: (_service, operation, output, requestId) => {
      const record = outputRecord(operation, output);
      if (operation.eventStreamOutput !== undefined) {
        return encodeEventStream(operation, record, requestId, 'json', contentType);
      }
      const body = operation.output === undefined ? {} : encodeJsonStructure(operation.output, record);
      return {
        status: operation.http.responseCode,
        headers: { 'content-type': contentType, 'x-amzn-requestid': requestId },
        body: JSON.stringify(body),
      };
    },

    encodeError: (service, _operation, error, requestId) => {
      const model = modelOf(service, error);
      const name = model?.name ?? error.code;
      const members = errorMembers(model, error);
      const known = model === undefined ? members : encodeJsonStructure(model.shape, members);
      // The message belongs to every error, also where the shape has no member for it.
      return {
        status: statusOf(service, error),
        headers: {
          'content-type': contentType,
          'x-amzn-requestid': requestId,
          'x-amzn-errortype': name,
          ...queryErrorHeader(service, error),
        },
        body: JSON.stringify({ __type: name, ...known, [messageMember(model)]: error.message }),
      };
    },
  };
}
