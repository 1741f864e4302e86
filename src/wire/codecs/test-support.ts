import { ApiError } from '../../kernel/errors.ts';
import type { CompactModel } from '../models/compact.ts';
import { linkModel } from '../models/load.ts';
import {
  loadServiceModel,
  type OperationModel,
  type Protocol,
  type ServiceModel,
} from '../models/service-model.ts';
import { codecFor, type EncodedResponse, type RawRequest, type WireError } from './port.ts';

/** A request of parts that matter, for the tests of the codecs. */
export function request(parts: Partial<RawRequest> & { readonly text?: string } = {}): RawRequest {
  const { text, ...rest } = parts;
  return {
    method: 'POST',
    rawTarget: '/',
    rawPath: '/',
    rawQuery: '',
    headers: {},
    body: text === undefined ? undefined : Buffer.from(text),
    stream: undefined,
    ...rest,
  };
}

/** One operation of a committed model, spoken over one protocol. */
export async function speak(id: string, operationName: string, protocol: Protocol) {
  return speaker(await loadServiceModel(id), operationName, protocol);
}

/** The same for a model that a test makes up; its operation is `Do`. */
export function speakSample(
  shapes: CompactModel['shapes'],
  protocol: Protocol,
  operation: CompactModel['operations'][string] = {},
) {
  const index: CompactModel['index'] = {
    id: 'sample',
    signingNames: ['sample'],
    targetPrefixes: ['Sample'],
    apiVersion: '1',
    protocols: [protocol],
    queryCompatible: false,
    iamPrefix: 'sample',
  };
  const ends = { ...(shapes['In'] && { in: 'In' }), ...(shapes['Out'] && { out: 'Out' }) };
  return speaker(linkModel({ index, operations: { Do: { ...ends, ...operation } }, shapes }), 'Do', protocol);
}

function speaker(service: ServiceModel, name: string, protocol: Protocol) {
  const operation = service.operations.get(name) as OperationModel;
  const codec = codecFor(protocol);
  return {
    service,
    codec,
    decode: (raw: RawRequest) => codec.decode(service, operation, raw),
    encode: (output: object): EncodedResponse => codec.encode(service, operation, output, 'request-1'),
    encodeError: (error: Partial<WireError>): EncodedResponse =>
      codec.encodeError(
        service,
        operation,
        { code: 'Odd', message: 'm', status: 400, members: {}, senderFault: true, ...error },
        'request-1',
      ),
  };
}

/** Code and message of the `ApiError` that a promise is rejected with. */
export async function refusal(work: Promise<unknown>): Promise<string> {
  try {
    await work;
  } catch (error) {
    if (error instanceof ApiError) return `${error.code}: ${error.message}`;
    throw error;
  }
  throw new Error('it was accepted');
}
