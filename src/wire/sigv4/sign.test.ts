import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import { uriEncodePath } from './encoding.ts';
import { ACCESS_KEY, NOW, oneKey, SECRET } from './sdk-signer.test-support.ts';
import { presign, signRequest } from './sign.ts';
import { createSigningKeys, deriveSigningKey } from './signing-key.ts';
import { createSignatureVerifier } from './verify.ts';

const credentials = { accessKeyId: ACCESS_KEY, secretAccessKey: SECRET };
const target = { region: 'us-east-1', credentials, now: NOW };
const verifier = createSignatureVerifier({
  credentials: oneKey(),
  wall: () => NOW,
  region: 'us-east-1',
});
const path = fc.string({ unit: 'grapheme', maxLength: 20 }).map((text) => uriEncodePath(`/${text}`));

const scope = (region: string) => ({ date: '20260304', region, service: 's3' });

/** Vectors of AWS's guide "Create a signed request" and "GET object" of the S3 reference. */
it('derives and signs as the guides of AWS say', () => {
  const guide = {
    secretAccessKey: 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY',
    accessKeyId: 'AKIAIOSFODNN7EXAMPLE',
  };
  const at = Date.parse('2013-05-24T00:00:00Z');
  const signed = signRequest({
    method: 'GET',
    rawPath: '/test.txt',
    headers: { host: 'examplebucket.s3.amazonaws.com', range: 'bytes=0-9' },
    payload: Buffer.alloc(0),
    region: 'us-east-1',
    service: 's3',
    credentials: guide,
    now: at,
  });
  expect(signed.authorization).toContain(
    'Signature=f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41',
  );
  const url = presign({
    method: 'GET',
    host: 'examplebucket.s3.amazonaws.com',
    rawPath: '/test.txt',
    expires: 86_400,
    region: 'us-east-1',
    service: 's3',
    credentials: guide,
    now: at,
  });
  expect(url).toContain('X-Amz-Signature=aeeed9bbccd4d02ee5c0109b86d86835f995330da4c265957d157751f604d404');
});

it('whatever we sign or presign ourselves is accepted', async () => {
  await fc.assert(
    fc.asyncProperty(
      path,
      fc.constantFrom('s3', 'codedeploy'),
      fc.uint8Array(),
      async (rawPath, service, payload) => {
        const headers = signRequest({
          ...target,
          service,
          method: 'PUT',
          rawPath,
          headers: { Host: 'h:1' },
          payload,
        });
        const signed = await verifier.open({
          method: 'PUT',
          rawPath,
          rawQuery: '',
          rawHeaders: Object.entries(headers).flat(),
        });
        signed?.check();
        const url = presign({
          ...target,
          service,
          method: 'GET',
          host: 'h:1',
          rawPath,
          query: { 'a b': 'ü' },
          expires: 60,
        });
        const rawQuery = url.slice(url.indexOf('?') + 1);
        const presigned = await verifier.open({
          method: 'GET',
          rawPath,
          rawQuery,
          rawHeaders: ['host', 'h:1'],
        });
        presigned?.check();
        expect([signed?.claim.kind, presigned?.claim.kind]).toEqual(['header', 'presigned']);
      },
    ),
  );
});

it('derived keys are remembered up to a bound', () => {
  const keys = createSigningKeys(3);
  const first = keys('secret', scope('a'));
  expect(keys('secret', scope('a'))).toBe(first);
  for (const region of ['b', 'c', 'd', 'e']) keys('secret', scope(region));
  expect(keys.size()).toBe(3);
  expect(keys('secret', scope('a'))).not.toBe(first);
  expect(keys('secret', scope('a')).equals(deriveSigningKey('secret', scope('a')))).toBe(true);
  expect(keys('other', scope('a')).equals(first)).toBe(false);
});
