import * as fc from 'fast-check';
import { TEST_KEYS } from '../../../testkit/support/test-door.ts';
import { signRequest } from '../sigv4/sign.ts';

export const latin = (max: number) =>
  fc
    .array(fc.integer({ min: 0, max: 255 }), { maxLength: max })
    .map((codes) => String.fromCharCode(...codes));
const printable = fc
  .array(fc.integer({ min: 0x20, max: 0xff }), { maxLength: 40 })
  .map((codes) => String.fromCharCode(...codes.filter((code) => code !== 0x7f)));
/** Undefined nine times out of ten. */
const rarely = <T>(arbitrary: fc.Arbitrary<T>) =>
  fc.oneof({ weight: 9, arbitrary: fc.constant(undefined) }, { weight: 1, arbitrary });
const word = fc.constantFrom(
  'a',
  'b-1',
  '..',
  '.',
  '',
  '%2e%2e',
  '%2F',
  '%00',
  '%zz',
  '%ff',
  'key',
  '*',
  '_',
);

const method = fc.oneof(
  { weight: 8, arbitrary: fc.constantFrom('GET', 'POST', 'PUT', 'DELETE', 'HEAD') },
  {
    weight: 1,
    arbitrary: fc.constantFrom('OPTIONS', 'PATCH', 'TRACE', 'PROPFIND', 'get', 'CONNECT', 'XYZ', ''),
  },
);
const query = fc
  .array(
    fc.tuple(
      fc.constantFrom(
        'Action',
        'Version',
        'uploadId',
        'partNumber',
        'versionId',
        'list-type',
        'delete',
        'X-Amz-Signature',
        'X-Amz-Algorithm',
        'X-Amz-Credential',
        'X-Amz-Date',
        'X-Amz-Expires',
        'X-Amz-SignedHeaders',
        'max-keys',
        'x',
      ),
      fc.oneof(
        word,
        fc.constantFrom(
          'AssumeRole',
          'GetCallerIdentity',
          '2011-06-15',
          '2010-05-08',
          'AWS4-HMAC-SHA256',
          '20260101T000000Z',
          '60',
          '-1',
          '1e9',
          `${TEST_KEYS.accessKeyId}%2F20260101%2Fus-east-1%2Fs3%2Faws4_request`,
          '0'.repeat(64),
        ),
      ),
    ),
    { maxLength: 6 },
  )
  .map((pairs) => pairs.map(([name, value]) => `${name}=${value}`).join('&'));
const target = fc
  .tuple(fc.array(word, { maxLength: 4 }), query, rarely(latin(6)))
  .map(([path, parameters, noise]) => {
    const plain = `/${path.join('/')}`;
    return noise === undefined ? `${plain}?${parameters}` : `${plain}${noise.replace(/[\r\n]/g, '')}`;
  });
const sane = fc.oneof(
  fc.tuple(
    fc.constantFrom('x-amz-target'),
    fc.constantFrom(
      'CodePipeline_20150709.ListPipelines',
      'CodePipeline_20150709.CreatePipeline',
      'CodeCommit_20150413.PutFile',
      'GraniteServiceVersion20100801.PutMetricData',
      'Nope.X',
      '.',
      'CodePipeline_20150709.__proto__',
    ),
  ),
  fc.tuple(
    fc.constantFrom('content-type'),
    fc.constantFrom(
      'application/x-amz-json-1.1',
      'application/x-amz-json-1.0',
      'application/cbor',
      'text/xml',
      ';;;',
      'application/x-www-form-urlencoded',
    ),
  ),
  fc.tuple(fc.constantFrom('smithy-protocol'), fc.constantFrom('rpc-v2-cbor', 'x')),
  fc.tuple(
    fc.constantFrom('x-amz-content-sha256'),
    fc.constantFrom(
      'UNSIGNED-PAYLOAD',
      'STREAMING-UNSIGNED-PAYLOAD-TRAILER',
      'STREAMING-AWS4-HMAC-SHA256-PAYLOAD',
      'STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER',
      'nonsense',
    ),
  ),
  fc.tuple(
    fc.constantFrom(
      'x-amz-decoded-content-length',
      'x-amz-trailer',
      'x-amz-checksum-crc32',
      'content-md5',
      'range',
      'expect',
      'if-match',
      'if-modified-since',
      'content-encoding',
      'x-amz-copy-source',
      'authorization',
      'x-amz-date',
      'date',
      'host',
      'amz-sdk-invocation-id',
      'amz-sdk-request',
      'x-amz-security-token',
      'x-amz-meta-x',
      '__proto__',
    ),
    fc.oneof(
      printable,
      fc.constantFrom(
        '0',
        '5',
        '-1',
        '99999999999999999999',
        'gzip',
        'chunked',
        '100-continue',
        'bytes=0-',
        'x-amz-checksum-crc32',
        'AWS4-HMAC-SHA256 Credential=a/20260101/us-east-1/s3/aws4_request, SignedHeaders=host, Signature=00',
        'close',
      ),
    ),
  ),
);
/** What breaks the frame of a request stands only now and then among the rest. */
const framingHeader = fc.tuple(
  fc.constantFrom('transfer-encoding', 'content-length', 'connection', 'upgrade', 'host'),
  fc.oneof(printable, fc.constantFrom('0', '5', 'gzip', 'chunked', 'close', 'localhost')),
);
const header = fc.oneof({ weight: 20, arbitrary: sane }, { weight: 1, arbitrary: framingHeader });
const body = fc.oneof(
  latin(60),
  fc.json(),
  fc.constantFrom(
    '{}',
    '[]',
    'null',
    '{"name":',
    '<a/>',
    '<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>',
    'Action=AssumeRole&Version=2011-06-15',
    '5\r\nhello\r\n0\r\n\r\n',
    '5;chunk-signature=00\r\nhello\r\n',
    'ffffffffff\r\n',
    '\u00bf\u00ff',
    '\u009f\u009f\u009f',
    `${'['.repeat(5000)}`,
    '{"a":'.repeat(3000),
  ),
);

/** One request as a client might send it that means ill, or errs. */
export interface Shot {
  readonly method: string;
  readonly target: string;
  readonly headers: readonly (readonly [string, string])[];
  readonly body: string;
  /** The service it is signed for, or not at all. */
  readonly signed: string | undefined;
  readonly framing: 'right' | 'short' | 'long' | 'none' | 'chunked';
  /** Where a byte is changed, as a share of the length; none beyond one. */
  readonly flip: number;
  readonly byte: number;
}

/** Requests that are right; the rest is chance. */
export const right: readonly Pick<Shot, 'method' | 'target' | 'headers' | 'body' | 'signed'>[] = [
  {
    method: 'POST',
    target: '/',
    headers: [
      ['x-amz-target', 'CodePipeline_20150709.ListPipelines'],
      ['content-type', 'application/x-amz-json-1.1'],
    ],
    body: '{"maxResults":1}',
    signed: 'codepipeline',
  },
  {
    method: 'POST',
    target: '/',
    headers: [['content-type', 'application/x-www-form-urlencoded']],
    body: 'Action=GetCallerIdentity&Version=2011-06-15',
    signed: 'sts',
  },
  {
    method: 'GET',
    target: '/b-1/key?versionId=a',
    headers: [['range', 'bytes=0-1']],
    body: '',
    signed: 's3',
  },
  { method: 'PUT', target: '/b-1/k%2Fey', headers: [], body: 'hello', signed: 's3' },
  {
    method: 'PUT',
    target: '/b-1/framed',
    headers: [
      ['x-amz-content-sha256', 'STREAMING-UNSIGNED-PAYLOAD-TRAILER'],
      ['x-amz-decoded-content-length', '5'],
      ['x-amz-trailer', 'x-amz-checksum-crc32'],
    ],
    body: '5\r\nhello\r\n0\r\nx-amz-checksum-crc32:NhCmhg==\r\n\r\n',
    signed: 's3',
  },
  {
    method: 'POST',
    target: '/b-1?delete',
    headers: [],
    body: '<Delete><Object><Key>a</Key></Object></Delete>',
    signed: 's3',
  },
  {
    method: 'POST',
    target: '/2015-03-31/functions/f/invocations',
    headers: [],
    body: '{}',
    signed: 'lambda',
  },
  {
    method: 'POST',
    target: '/service/GraniteServiceVersion20100801/operation/ListMetrics',
    headers: [
      ['smithy-protocol', 'rpc-v2-cbor'],
      ['content-type', 'application/cbor'],
    ],
    body: '\u00bf\u00ff',
    signed: 'monitoring',
  },
];
const nearlyRight: fc.Arbitrary<Shot> = fc
  .record({
    base: fc.constantFrom(...right),
    more: fc.array(header, { maxLength: 1 }),
    other: fc.option(fc.oneof(body, latin(30)), { freq: 3 }),
    framing: fc.constantFrom('right', 'right', 'right', 'right', 'short', 'long', 'none', 'chunked'),
    flip: fc.noBias(fc.integer({ min: 0, max: 5000 })).map((part) => part / 1000),
    byte: fc.integer({ min: 0, max: 255 }),
  })
  .map(({ base, more, other, ...rest }) => ({
    ...base,
    ...rest,
    headers: [...base.headers, ...more],
    body: other ?? base.body,
  })) as fc.Arbitrary<Shot>;

const anyShot: fc.Arbitrary<Shot> = fc.record({
  method,
  target,
  headers: fc.array(header, { maxLength: 6 }),
  body,
  signed: fc.option(
    fc.constantFrom('s3', 'sts', 'iam', 'codepipeline', 'codecommit', 'monitoring', 'lambda', 'ec2'),
    { nil: undefined },
  ),
  framing: fc.constantFrom('right', 'right', 'right', 'short', 'long', 'none', 'chunked'),
  flip: fc.noBias(fc.integer({ min: 0, max: 5000 })).map((part) => part / 1000),
  byte: fc.integer({ min: 0, max: 255 }),
});

export function bytesOf({
  method: verb,
  target: path,
  headers,
  body: content,
  signed,
  framing,
  flip,
  byte,
}: Shot): Buffer {
  const payload = Buffer.from(content, 'latin1');
  const own: Record<string, string> = { host: 'localhost', ...Object.fromEntries(headers) };
  const [rawPath = '/', rawQuery = ''] = path.split('?');
  let all = own;
  if (signed !== undefined) {
    const { authorization: _authorization, 'x-amz-content-sha256': kind, ...rest } = own;
    const literal = kind === undefined || kind === 'nonsense' ? payload : kind;
    all = signRequest({
      method: verb,
      rawPath,
      rawQuery,
      headers: rest,
      payload: literal as 'UNSIGNED-PAYLOAD',
      region: 'us-east-1',
      service: signed,
      credentials: TEST_KEYS,
      now: Date.now(),
    });
  }
  const lengths = {
    right: payload.length,
    short: payload.length + 10,
    long: Math.max(0, payload.length - 3),
  };
  if (framing === 'chunked') all['transfer-encoding'] = 'chunked';
  else if (framing !== 'none') all['content-length'] = String(lengths[framing]);
  const lines = Object.entries(all).map(([name, value]) => `${name}: ${value.replace(/[\r\n]/g, '')}\r\n`);
  const sent = framing === 'chunked' ? `${payload.length.toString(16)}\r\n${content}\r\n0\r\n\r\n` : content;
  const bytes = Buffer.from(`${verb} ${path} HTTP/1.1\r\n${lines.join('')}\r\n${sent}`, 'latin1');
  if (flip < 1) bytes[Math.floor(flip * bytes.length)] = byte;
  return bytes;
}

export const shot = fc.oneof(anyShot, nearlyRight);
