import type { Protocol } from '../models/service-model.ts';

/** Services that name the errors common to all operations alike. */
export type ErrorFamily = 'json' | 'rest-json' | 'query' | 's3';

export function errorFamily(protocol: Protocol): ErrorFamily {
  switch (protocol) {
    case 'json-1.0':
    case 'json-1.1':
    case 'cbor':
      return 'json';
    case 'rest-json':
      return 'rest-json';
    case 'query':
      return 'query';
    case 'rest-xml':
      return 's3';
  }
}
