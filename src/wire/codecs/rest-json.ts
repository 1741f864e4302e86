import { modelOf } from './answers.ts';
import {
  decodeJsonStructure,
  decodeJsonValue,
  encodeJsonStructure,
  encodeJsonValue,
  parseJsonBody,
} from './json-values.ts';
import { restCodec } from './rest.ts';

/** REST with JSON bodies. */
export const restJsonCodec = restCodec({
  contentType: 'application/json',
  eventForm: 'rest-json',
  headers: (requestId) => ({ 'x-amzn-requestid': requestId }),
  decodeMembers: (shape, body) => decodeJsonStructure(shape, parseJsonBody(body), []),
  decodePayload: (member, body) => decodeJsonValue(member.shape, parseJsonBody(body), [member.name]),
  encodeMembers: (_service, _operation, shape, output) => JSON.stringify(encodeJsonStructure(shape, output)),
  encodePayload: (_service, member, value) => JSON.stringify(encodeJsonValue(member.shape, value)),
  encodeError: (service, error, members) => {
    const model = modelOf(service, error);
    return JSON.stringify(
      model === undefined ? { message: error.message } : encodeJsonStructure(model.shape, members),
    );
  },
});
