import { messageMember, modelOf, outputRecord, queryErrorHeader, statusOf } from './answers.ts';
import { readCbor } from './cbor-read.ts';
import { writeCborError, writeCborStructure, writeCborTexts } from './cbor-write.ts';
import { decodeJsonStructure } from './json-values.ts';
import type { Codec } from './port.ts';

const answerHeaders = { 'content-type': 'application/cbor', 'smithy-protocol': 'rpc-v2-cbor' };

/** Smithy RPC v2 CBOR: `POST …/service/X/operation/Y`. */
export const cborCodec: Codec = {
  operationName: (_service, raw) => /\/service\/[^/]+\/operation\/([^/]+)$/.exec(raw.rawPath)?.[1],

  decode: async (_service, operation, raw) => {
    if (operation.input === undefined || raw.body === undefined || raw.body.length === 0) return {};
    return decodeJsonStructure(operation.input, readCbor(raw.body), []);
  },

  encode: (_service, operation, output, requestId) => {
    const record = outputRecord(operation, output);
    return {
      status: operation.http.responseCode,
      headers: { ...answerHeaders, 'x-amzn-requestid': requestId },
      body:
        operation.output === undefined ? writeCborTexts({}) : writeCborStructure(operation.output, record),
    };
  },

  encodeError: (service, _operation, error, requestId) => {
    const model = modelOf(service, error);
    const type = model?.name ?? error.code;
    const said = { __type: type, [messageMember(model)]: error.message };
    return {
      status: statusOf(service, error),
      headers: {
        ...answerHeaders,
        'x-amzn-requestid': requestId,
        'x-amzn-errortype': type,
        ...queryErrorHeader(service, error),
      },
      body: model === undefined ? writeCborTexts(said) : writeCborError(model.shape, said, error.members),
    };
  },
};
