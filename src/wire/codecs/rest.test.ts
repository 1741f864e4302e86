import { Readable } from 'node:stream';
import { expect, test } from 'vitest';
import { refusal, request, speak, speakSample } from './test-support.ts';

const rest = { m: 'GET', u: '/x' };

test('a key is what the raw path says, dots, slashes and all', async () => {
  const { decode } = await speak('s3', 'GetObject', 'rest-xml');
  const key = async (rawPath: string) => (await decode(request({ method: 'GET', rawPath })))['Key'];
  expect(await key('/b/%2e%2e/z')).toBe('../z');
  expect(await key('/b//a//b/')).toBe('/a//b/');
  expect(await key('/b/a+b%2Bc')).toBe('a+b+c');
});

test('headers are read as UTF-8, else as Latin-1', async () => {
  const { decode } = await speak('s3', 'PutObject', 'rest-xml');
  const utf8 = Buffer.from('gr\u00fc\u00df', 'utf8').toString('latin1');
  const headers = { 'x-amz-meta-utf': utf8, 'x-amz-meta-latin': 'gr\u00fc\u00df', 'content-type': 'a/b' };
  const input = await decode(request({ method: 'PUT', rawPath: '/b/k', headers }));
  expect(input).toMatchObject({
    Metadata: { utf: 'gr\u00fc\u00df', latin: 'gr\u00fc\u00df' },
    ContentType: 'a/b',
  });
});

test('a stream reaches the handler as it is', async () => {
  const { decode } = await speak('s3', 'PutObject', 'rest-xml');
  const stream = Readable.from(['x']);
  expect((await decode(request({ method: 'PUT', rawPath: '/b/k', stream })))['Body']).toBe(stream);
});

test('no value can end a header and begin another', async () => {
  const { encode } = await speak('s3', 'GetObject', 'rest-xml');
  const { headers } = encode({
    ContentDisposition: 'a\r\nSet-Cookie: b',
    Metadata: { k: 'gr\u00fc\u00df', l: 'x\ny' },
  });
  expect(headers['content-disposition']).toBe('a  Set-Cookie: b');
  expect(headers['x-amz-meta-l']).toBe('x y');
  expect(headers['x-amz-meta-k']).toBe(`=?UTF-8?B?${Buffer.from('gr\u00fc\u00df').toString('base64')}?=`);
});

test('lists in headers are separated by commas, quotes protect them', async () => {
  const { decode } = await speak('s3', 'GetObjectAttributes', 'rest-xml');
  const headers = { 'x-amz-object-attributes': 'ETag, "a, b",Checksum' };
  const input = await decode(request({ method: 'GET', rawPath: '/b/k', rawQuery: 'attributes', headers }));
  expect(input['ObjectAttributes']).toEqual(['ETag', 'a, b', 'Checksum']);
});

test.each([
  ['partNumber=one&uploadId=u', "'one' is not of type integer at 'PartNumber'"],
  ['partNumber=1&uploadId=%zz', 'The query string has broken percent-encoding'],
])('%s is refused', async (rawQuery, message) => {
  const { decode } = await speak('s3', 'UploadPart', 'rest-xml');
  const raw = request({ method: 'PUT', rawPath: '/b/k', rawQuery });
  expect(await refusal(decode(raw))).toBe(`SerializationException: ${message}`);
});

test('a broken body is MalformedXML, an empty one is none', async () => {
  const { decode } = await speak('s3', 'DeleteObjects', 'rest-xml');
  const raw = { rawPath: '/b', rawQuery: 'delete' };
  expect(await refusal(decode(request({ ...raw, text: '<Delete><Object></Delete>' })))).toMatch(
    /^MalformedXML: /,
  );
  expect(await refusal(decode(request({ ...raw, text: '<Delete><Quiet>x</Quiet></Delete>' })))).toMatch(
    /^MalformedXML: .*at 'Delete.Quiet'/,
  );
  expect(await decode(request({ ...raw, text: '' }))).toEqual({ Bucket: 'b' });
});

test('GetBucketLocation answers with a bare element', async () => {
  const { encode } = await speak('s3', 'GetBucketLocation', 'rest-xml');
  const declaration = '<?xml version="1.0" encoding="UTF-8"?>\n';
  const namespace = 'xmlns="http://s3.amazonaws.com/doc/2006-03-01/"';
  expect(encode({ LocationConstraint: 'eu-west-1' }).body).toBe(
    `${declaration}<LocationConstraint ${namespace}>eu-west-1</LocationConstraint>`,
  );
  expect(encode({}).body).toBe(`${declaration}<LocationConstraint ${namespace}></LocationConstraint>`);
});

test('answers of S3 have the roots that other clients look for', async () => {
  const { encode } = await speak('s3', 'ListObjectsV2', 'rest-xml');
  expect(encode({ Name: 'b', Contents: [{ Key: 'a&b' }] }).body).toContain(
    '<ListBucketResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><Contents><Key>a&amp;b</Key></Contents><Name>b</Name>',
  );
});

test('an error of S3 has its own form, with elements that the model does not list', async () => {
  const { encodeError } = await speak('s3', 'GetBucketEncryption', 'rest-xml');
  const code = 'ServerSideEncryptionConfigurationNotFoundError';
  const { status, body } = encodeError({
    code,
    message: 'None.',
    status: 404,
    members: { BucketName: 'b<' },
  });
  expect(status).toBe(404);
  expect(body).toContain(`<Error><Code>${code}</Code><Message>None.</Message><BucketName>b&lt;</BucketName>`);
});

test('a status without a body has none', async () => {
  const { encodeError } = await speak('s3', 'GetObject', 'rest-xml');
  expect(encodeError({ code: 'NotModified', status: 304 })).toMatchObject({ status: 304, body: '' });
  const { encode } = await speak('s3', 'DeleteBucket', 'rest-xml');
  expect(encode({})).toMatchObject({ status: 204, body: '' });
});

test('a status code may be a member', async () => {
  const { encode } = await speak('lambda', 'Invoke', 'rest-json');
  expect(encode({ StatusCode: 202, Payload: Buffer.from('x') })).toMatchObject({ status: 202 });
});

test('a map in the query takes every parameter', async () => {
  const { decode } = speakSample(
    {
      In: { t: 'structure', m: [['all', 'Map', { in: 'querystring' }]] },
      Map: { t: 'map', key: '$string', value: 'List' },
      List: { t: 'list', of: '$string' },
    },
    'rest-json',
    rest,
  );
  const raw = request({ method: 'GET', rawPath: '/x', rawQuery: 'a=1&b=x+y&a=2&c' });
  expect(await decode(raw)).toEqual({ all: { a: ['1', '2'], b: ['x y'], c: [''] } });
});

test('an error may have members in headers', async () => {
  const { encodeError } = await speak('codeartifact', 'GetPackageVersionAsset', 'rest-json');
  const { status, headers, body } = encodeError({
    code: 'ThrottlingException',
    members: { retryAfterSeconds: 7 },
  });
  expect(status).toBe(429);
  expect(headers).toMatchObject({ 'retry-after': '7', 'x-amzn-errortype': 'ThrottlingException' });
  expect(JSON.parse(body as string)).toEqual({ message: 'm' });
});
