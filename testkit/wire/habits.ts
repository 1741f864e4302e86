import { createHash } from 'node:crypto';
import type { OperationModel } from '../../src/wire/models/service-model.ts';
import { bytes } from './samples.ts';

type Members = Readonly<Record<string, unknown>>;

/** What a client makes of an operation beyond what the caller gave it. Undefined members are left out. */
export interface Habits {
  /** Members of the input with a value of their own instead of a sample. */
  readonly sent?: Members;
  /** Members that arrive in another form than the caller gave. */
  readonly arrives?: Members;
  /** Members of the output with a value of their own instead of a sample. */
  readonly answered?: Members;
  /** What the client makes of the output. */
  readonly returned?: (output: Members) => Members;
}

/** What a sample of bytes is; clients check the length, and the digest of an object. */
const body = Uint8Array.from(bytes);
const bodyDigest = createHash('sha256').update(body).digest('base64');

/** The client sends the key as base64, with its digest. */
const customerKey = '0123456789abcdef0123456789abcdef';
const sentKey = Buffer.from(customerKey).toString('base64');
const sentKeyDigest = createHash('md5').update(customerKey).digest('base64');

const expires = 'Mon, 21 Sep 2026 14:15:23 GMT';

/** The SDK shows the header as a date (deprecated) and as text. */
function withExpires(output: Members): Members {
  return { ...output, Expires: new Date(expires), ExpiresString: expires };
}

/** The SDK declares these integers as strings. */
function withTextMarkers(output: Members): Members {
  const markers = ['PartNumberMarker', 'NextPartNumberMarker'].filter((name) => output[name] !== undefined);
  return { ...output, ...Object.fromEntries(markers.map((name) => [name, String(output[name])])) };
}

const byOperation: Readonly<Record<string, Habits>> = {
  // A real endpoint id would change the host and ask for another signature.
  'events PutEvents': { sent: { EndpointId: undefined } },
  's3 GetObject': {
    answered: { ContentLength: body.length, ChecksumSHA256: bodyDigest, Expires: expires },
    returned: withExpires,
  },
  's3 HeadObject': { answered: { Expires: expires }, returned: withExpires },
  's3 ListParts': { returned: withTextMarkers },
  's3 GetObjectAttributes': {
    returned: (output) => ({ ...output, ObjectParts: withTextMarkers(output['ObjectParts'] as Members) }),
  },
};

/** Everything about an operation that is not as its model has it. */
export function habitsOf(service: string, operation: OperationModel): Habits {
  const own = byOperation[`${service} ${operation.name}`] ?? {};
  if (service !== 's3') return own;
  const sent: Record<string, unknown> = {};
  const arrives: Record<string, unknown> = {};
  for (const { name } of operation.input?.members ?? []) {
    if (name === 'Bucket') sent[name] = 'sample-bucket';
    if (name === 'ContentLength') sent[name] = body.length;
    if (name.endsWith('SSECustomerKey')) {
      sent[name] = customerKey;
      arrives[name] = sentKey;
      arrives[`${name}MD5`] = sentKeyDigest;
    }
  }
  return { ...own, sent: { ...sent, ...own.sent }, arrives };
}
