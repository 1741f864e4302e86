import type { Protocol } from '../models/service-model.ts';
import type { Codec } from './port.ts';

const codecs: Partial<Record<Protocol, Codec>> = {};

/** The codec of a protocol. */
export function codecFor(protocol: Protocol): Codec {
  const codec = codecs[protocol];
  if (codec === undefined) throw new Error(`no codec for ${protocol}`);
  return codec;
}
