import type { Protocol } from '../models/service-model.ts';
import { cborCodec } from './cbor.ts';
import { jsonCodec } from './json.ts';
import type { Codec } from './port.ts';
import { queryCodec } from './query.ts';
import { restJsonCodec } from './rest-json.ts';
import { restXmlCodec } from './rest-xml.ts';

const codecs: Readonly<Record<Protocol, Codec>> = {
  'json-1.0': jsonCodec('1.0'),
  'json-1.1': jsonCodec('1.1'),
  query: queryCodec,
  'rest-json': restJsonCodec,
  'rest-xml': restXmlCodec,
  cbor: cborCodec,
};

/** The codec of a protocol. */
export function codecFor(protocol: Protocol): Codec {
  return codecs[protocol];
}
