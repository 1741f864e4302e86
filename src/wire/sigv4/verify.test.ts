import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { normalisedPath, type SignedParts, signsPathVerbatim } from './canonical-request.ts';
import { uriEncodePath } from './encoding.ts';
import {
  ACCESS_KEY,
  NOW,
  oneKey,
  type PlainRequest,
  SECRET,
  signWithSdk,
} from './sdk-signer.test-support.ts';
import type { SignatureFault } from './signature-error.ts';
import { sha256Hex } from './signing-key.ts';
import { createSignatureVerifier } from './verify.ts';

const ASK: PlainRequest = {
  method: 'POST',
  path: '/',
  query: {},
  headers: {
    host: 'localhost:7300',
    'content-type': 'application/x-amz-json-1.1',
    'x-amz-target': 'CodePipeline_20150709.ListPipelines',
  },
  body: Buffer.from('{"maxResults":10}'),
};

interface Circumstances {
  readonly now?: number;
  readonly body?: Uint8Array;
  readonly secret?: string;
  readonly sessionToken?: string;
}

async function verdict(
  parts: SignedParts,
  around: Circumstances = {},
): Promise<SignatureFault | 'good' | 'unsigned'> {
  const verifier = createSignatureVerifier({
    credentials: oneKey(around.secret ?? SECRET, around.sessionToken),
    wall: () => around.now ?? NOW,
    region: 'us-east-1',
  });
  const bodyHash = sha256Hex(around.body ?? ASK.body);
  try {
    const open = await verifier.open(parts);
    if (open === undefined) return 'unsigned';
    open.check(bodyHash);
    // A hash that the headers promise is compared with the bytes by verifyBody; here by hand.
    return open.payload.kind === 'hash' && open.payload.sha256 !== bodyHash ? 'payload-mismatch' : 'good';
  } catch (error) {
    const { fault } = error as { fault?: SignatureFault };
    if (fault === undefined) throw error;
    return fault;
  }
}

const header = (parts: SignedParts, name: string, change: (value: string) => string): SignedParts => ({
  ...parts,
  rawHeaders: parts.rawHeaders.map((value, at) =>
    at % 2 === 1 && parts.rawHeaders[at - 1]?.toLowerCase() === name ? change(value) : value,
  ),
});

describe('header signatures of the AWS SDK', () => {
  it('cover text outside of ASCII, whether it was sent as UTF-8 or as Latin-1', async () => {
    // The bytes of à end in what would be a blank in a text.
    for (const name of ['ü.txt', 'voil\u00e0', 'a  \u00a0b']) {
      const latin = await signWithSdk({ ...ASK, headers: { ...ASK.headers, 'x-amz-meta-name': name } });
      expect(await verdict(latin), name).toBe('good');
    }
    for (const name of ['ü.txt', 'voil\u00e0', '\u65e5\u672c']) {
      const text = await signWithSdk({ ...ASK, headers: { ...ASK.headers, 'x-amz-meta-name': name } });
      const utf8 = header(text, 'x-amz-meta-name', (value) => Buffer.from(value).toString('latin1'));
      expect(await verdict(utf8), name).toBe('good');
      const other = header(utf8, 'x-amz-meta-name', (value) => value.replace(/[\u00a0-\u00bf]/, '\u00b6'));
      expect(await verdict(other), name).toBe('mismatch');
    }
  });

  it('are accepted, and without them a request counts as unsigned', async () => {
    expect(await verdict(await signWithSdk(ASK))).toBe('good');
    expect(await verdict({ ...(await signWithSdk(ASK)), rawHeaders: ['Host', 'localhost:7300'] })).toBe(
      'unsigned',
    );
  });

  it('are refused with another secret, an unknown key and a foreign session token', async () => {
    const parts = await signWithSdk(ASK);
    expect(await verdict(parts, { secret: `${SECRET}x` })).toBe('mismatch');
    expect(await verdict(header(parts, 'authorization', (v) => v.replace(ACCESS_KEY, 'AKIDOTHER')))).toBe(
      'unknown-key',
    );
    const temporary = await signWithSdk(ASK, { sessionToken: 'token/1==' });
    expect(await verdict(temporary, { sessionToken: 'token/1==' })).toBe('good');
    expect(await verdict(temporary)).toBe('unknown-key');
    expect(await verdict(parts, { sessionToken: 'token/1==' })).toBe('unknown-key');
  });

  it('hold for fifteen minutes of real time in both directions', async () => {
    const parts = await signWithSdk(ASK);
    const minute = 60_000;
    expect(await verdict(parts, { now: NOW + 15 * minute })).toBe('good');
    expect(await verdict(parts, { now: NOW + 15 * minute + 1 })).toBe('too-old');
    expect(await verdict(parts, { now: NOW - 15 * minute })).toBe('good');
    expect(await verdict(parts, { now: NOW - 15 * minute - 1 })).toBe('too-new');
  });

  it('are malformed when a part is missing, foreign or does not agree with the date', async () => {
    const parts = await signWithSdk(ASK);
    const changes: readonly ((value: string) => string)[] = [
      (v) => v.replace('AWS4-HMAC-SHA256', 'AWS4-ECDSA-P256-SHA256'),
      (v) => v.replace(/Credential=[^,]+, /, ''),
      (v) => v.replace(/, Signature=.*/, ''),
      (v) => v.replace('/aws4_request', '/aws5_request'),
      (v) => v.replace('/20260304/', '/20260303/'),
      (v) => v.replace('host;', ''),
      (v) => v.replace('content-type;host', 'host;content-type'),
      () => 'Basic dXNlcjpwYXNz',
    ];
    for (const change of changes)
      expect(await verdict(header(parts, 'authorization', change))).toBe('malformed');
    expect(await verdict(header(parts, 'x-amz-date', () => 'yesterday'))).toBe('malformed');
    expect(await verdict(header(parts, 'x-amz-content-sha256', () => 'abc'))).toBe('bad-payload-hash');
  });

  it('cover every x-amz- header that comes along', async () => {
    const parts = await signWithSdk(ASK);
    const added = { ...parts, rawHeaders: [...parts.rawHeaders, 'X-Amz-Copy-Source', '/b/k'] };
    expect(await verdict(added)).toBe('unsigned-headers');
  });

  it('are truncated, lengthened or upper-cased to no avail', async () => {
    const parts = await signWithSdk(ASK);
    for (const change of [
      (v: string) => v.slice(0, -1),
      (v: string) => `${v}0`,
      (v: string) => v.slice(0, -64) + v.slice(-64).toUpperCase(),
      (v: string) => v.slice(0, -64),
    ])
      expect(['mismatch', 'malformed']).toContain(await verdict(header(parts, 'authorization', change)));
  });
});

// The SDK's signer leaves a parameter of that one name out of what it signs.
const word = fc
  .string({ unit: 'grapheme', minLength: 1, maxLength: 12 })
  .filter((text) => text !== '__proto__');
const rawPath = fc
  .array(fc.oneof(word, fc.constantFrom('..', '.', '', '%2e%2e', 'a+b', "it's (1)*!", 'ü', '100%')), {
    maxLength: 5,
  })
  .map((segments) => uriEncodePath(`/${segments.join('/')}`));
const request = fc.record({
  method: fc.constantFrom('GET', 'PUT', 'POST', 'DELETE'),
  path: rawPath,
  query: fc.dictionary(word, fc.oneof(word, fc.array(word, { minLength: 1, maxLength: 3 })), { maxKeys: 4 }),
  headers: fc
    .dictionary(fc.stringMatching(/^x-amz-meta-[a-z0-9-]{1,8}$/), fc.stringMatching(/^[ -~]{0,20}$/), {
      maxKeys: 3,
    })
    .map((extra) => ({ ...extra, host: 'localhost:7300', 'content-type': 'text/plain; charset=utf-8' })),
  body: fc.uint8Array({ maxLength: 40 }),
});

describe('whatever a request looks like', () => {
  const service = fc.constantFrom('s3', 'codeartifact');

  it('the SDK signature is accepted', async () => {
    await fc.assert(
      fc.asyncProperty(request, service, async (plain, name) => {
        expect(await verdict(await signWithSdk(plain, { service: name }), { body: plain.body })).toBe('good');
      }),
    );
  });

  it('a presigned URL of the SDK is accepted', async () => {
    await fc.assert(
      fc.asyncProperty(request, async (plain) => {
        const bare = { ...plain, headers: { host: 'localhost:7300' }, body: Buffer.alloc(0) };
        const parts = await signWithSdk(bare, { service: 'codeartifact', presignSeconds: 60 });
        expect(await verdict(parts, { body: bare.body })).toBe('good');
      }),
    );
  });

  it('one changed byte in a header, path, query or body is refused', async () => {
    await fc.assert(
      fc.asyncProperty(request, service, fc.nat(), async (plain, name, seed) => {
        const parts = await signWithSdk(plain, { service: name });
        for (const [changed, body] of mutations(parts, plain.body, seed)) {
          if (sameMeaning(name, parts, changed)) continue;
          expect(await verdict(changed, { body })).not.toBe('good');
        }
      }),
    );
  });
});

function* mutations(
  parts: SignedParts,
  body: Uint8Array,
  seed: number,
): Generator<[SignedParts, Uint8Array]> {
  yield [{ ...parts, method: parts.method === 'PUT' ? 'POST' : 'PUT' }, body];
  yield [{ ...parts, rawPath: `${parts.rawPath}x` }, body];
  const letter = parts.rawPath.search(/[a-y]/);
  if (letter >= 0) yield [{ ...parts, rawPath: flipped(parts.rawPath, letter) }, body];
  yield [{ ...parts, rawQuery: `${parts.rawQuery}&acl` }, body];
  if (parts.rawQuery !== '') yield [{ ...parts, rawQuery: parts.rawQuery.slice(0, -1) }, body];
  for (let at = 1; at < parts.rawHeaders.length; at += 2) {
    const name = parts.rawHeaders[at - 1] as string;
    yield [header(parts, name, (value) => `${value}.`), body];
    yield [{ ...parts, rawHeaders: parts.rawHeaders.toSpliced(at - 1, 2) }, body].slice() as [
      SignedParts,
      Uint8Array,
    ];
  }
  yield [parts, Buffer.concat([body, Buffer.from([seed & 0xff])])];
  if (body.length > 0) yield [parts, body.map((byte, at) => (at === seed % body.length ? byte ^ 1 : byte))];
}

/** A change in a segment that a `..` takes away again changes nothing: such services are routed by the rest. */
function sameMeaning(service: string, a: SignedParts, b: SignedParts): boolean {
  if (signsPathVerbatim(service) || a.rawPath === b.rawPath) return false;
  return normalisedPath(a.rawPath) === normalisedPath(b.rawPath);
}

function flipped(text: string, at: number): string {
  return text.slice(0, at) + String.fromCharCode(text.charCodeAt(at) + 1) + text.slice(at + 1);
}

describe('presigned URLs', () => {
  const GET: PlainRequest = {
    ...ASK,
    method: 'GET',
    headers: { host: 'localhost:7300' },
    body: Buffer.alloc(0),
  };
  const sign = (presignSeconds: number) => signWithSdk(GET, { service: 'sts', presignSeconds });
  const empty = { body: GET.body };

  it('live exactly as long as they say', async () => {
    const parts = await sign(60);
    expect(await verdict(parts, { ...empty, now: NOW + 60_000 })).toBe('good');
    expect(await verdict(parts, { ...empty, now: NOW + 60_001 })).toBe('expired');
    expect(await verdict(parts, { ...empty, now: NOW - 16 * 60_000 })).toBe('too-new');
    expect(await verdict(await sign(604_800), { ...empty, now: NOW + 604_800_000 })).toBe('good');
  });

  it('may not live longer than a week, nor not at all, nor be stretched', async () => {
    const parts = await sign(60);
    const stretch = (to: string) => ({
      ...parts,
      rawQuery: parts.rawQuery.replace('X-Amz-Expires=60', `X-Amz-Expires=${to}`),
    });
    expect(await verdict(stretch('604801'), empty)).toBe('bad-expiry');
    expect(await verdict(stretch('0'), empty)).toBe('bad-expiry');
    expect(await verdict(stretch('-1'), empty)).toBe('bad-expiry');
    expect(await verdict(stretch('soon'), empty)).toBe('bad-expiry');
    expect(await verdict(stretch('61'), empty)).toBe('mismatch');
    expect(
      await verdict({ ...parts, rawQuery: parts.rawQuery.replace(/X-Amz-Expires=60&/, '') }, empty),
    ).toBe('bad-expiry');
  });

  it('carry the session token in the query, and no second signature', async () => {
    const parts = await signWithSdk(GET, { service: 'sts', presignSeconds: 60, sessionToken: 'abc/+=' });
    expect(await verdict(parts, { ...empty, sessionToken: 'abc/+=' })).toBe('good');
    expect(await verdict(parts, empty)).toBe('unknown-key');
    const twice = { ...parts, rawHeaders: [...parts.rawHeaders, 'Authorization', 'AWS4-HMAC-SHA256 x'] };
    expect(await verdict(twice, empty)).toBe('malformed');
    expect(await verdict({ ...parts, rawQuery: `${parts.rawQuery}&X-Amz-Date=x` }, empty)).toBe('malformed');
  });
});
