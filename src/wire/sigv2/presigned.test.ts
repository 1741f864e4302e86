import { createHmac } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import type { SignedParts } from '../sigv4/canonical-request.ts';
import { ACCESS_KEY, NOW, oneKey, SECRET } from '../sigv4/sdk-signer.test-support.ts';
import type { SignatureFault } from '../sigv4/signature-error.ts';
import { createSignatureVerifier } from '../sigv4/verify.ts';

const EXPIRES = String(NOW / 1000 + 60);

interface Ask {
  readonly method?: string;
  readonly path?: string;
  /** What of the query is signed, as it is signed. */
  readonly signed?: string;
  /** What more stands in the query. */
  readonly more?: string;
  readonly expires?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly bucket?: string;
  /** Lines of the text that is signed between the time and the path. */
  readonly lines?: readonly string[];
  readonly type?: string;
}

/** A URL as the aws CLI makes it. */
function url(ask: Ask = {}): SignedParts {
  const { method = 'GET', path = '/bkt/a%20b', signed = '', expires = EXPIRES, bucket } = ask;
  const text = [
    method,
    '',
    ask.type ?? '',
    expires,
    ...(ask.lines ?? []),
    (bucket === undefined ? '' : `/${bucket}`) + path + (signed === '' ? '' : `?${signed}`),
  ];
  const signature = createHmac('sha1', SECRET).update(text.join('\n')).digest('base64');
  const own = `AWSAccessKeyId=${ACCESS_KEY}&Signature=${encodeURIComponent(signature)}&Expires=${expires}`;
  return {
    method,
    rawPath: path,
    rawQuery: [encodeURI(signed), own, ask.more ?? ''].filter((part) => part !== '').join('&'),
    rawHeaders: ['Host', 'localhost:7300', ...Object.entries(ask.headers ?? {}).flat()],
    bucket,
  };
}

async function verdict(parts: SignedParts, token?: string): Promise<SignatureFault | 'good' | 'unsigned'> {
  const verifier = createSignatureVerifier({
    credentials: oneKey(SECRET, token),
    wall: () => NOW,
    region: 'eu-west-1',
  });
  try {
    const open = await verifier.open(parts);
    if (open === undefined) return 'unsigned';
    open.check();
    expect(open.claim.scope).toMatchObject({ service: 's3', region: 'eu-west-1' });
    expect(open.payload.kind).toBe('unsigned');
    return 'good';
  } catch (error) {
    const { fault } = error as { fault?: SignatureFault };
    if (fault === undefined) throw error;
    return fault;
  }
}

describe('URLs presigned with version 2, as the aws CLI 1 makes them (A3.5, I9.1)', () => {
  it("sign what AWS's own example signs", async () => {
    const key = 'AKIAIOSFODNN7EXAMPLE';
    const verifier = createSignatureVerifier({
      credentials: {
        find: async (accessKeyId) => ({
          secretAccessKey: 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY',
          principal: { account: '1', arn: 'a', userId: 'u', accessKeyId, kind: 'root' },
        }),
      },
      wall: () => 1_175_139_600_000,
      region: 'us-east-1',
    });
    const example: SignedParts = {
      method: 'GET',
      rawPath: '/photos/puppy.jpg',
      rawQuery: `AWSAccessKeyId=${key}&Signature=NpgCjnDzrM%2BWFzoENXmpNDUsSn8%3D&Expires=1175139620`,
      rawHeaders: ['Host', 'johnsmith.s3.amazonaws.com'],
      bucket: 'johnsmith',
    };
    await expect(verifier.open(example).then((open) => open?.check())).resolves.toBeUndefined();
    const another = await verifier.open({ ...example, bucket: 'johnsmit' });
    expect(() => another?.check()).toThrow(/does not match/);
  });

  it('are good for the method, key, overrides and headers that were signed', async () => {
    const override = 'response-content-type=text/csv; charset=utf-8&versionId=v1';
    expect(await verdict(url())).toBe('good');
    expect(await verdict(url({ method: 'PUT', type: 'text/x', headers: { 'Content-Type': 'text/x' } }))).toBe(
      'good',
    );
    expect(await verdict(url({ signed: override }))).toBe('good');
    expect(await verdict(url({ signed: 'uploads', method: 'POST' }))).toBe('good');
    const meta = { 'X-Amz-Meta-B': '2', 'x-amz-meta-a': '1' };
    expect(await verdict(url({ headers: meta, lines: ['x-amz-meta-a:1', 'x-amz-meta-b:2'] }))).toBe('good');
    // Signers repeat in the URL what they signed of these headers; only the header counts.
    expect(await verdict(url({ more: 'content-type=text%2Fx' }))).toBe('good');
  });

  it('carry the session token of temporary keys', async () => {
    const token = 'to+ken/=';
    const ask = {
      lines: [`x-amz-security-token:${token}`],
      more: `x-amz-security-token=${encodeURIComponent(token)}`,
    };
    expect(await verdict(url(ask), token)).toBe('good');
    expect(await verdict(url(ask), 'another')).toBe('unknown-key');
    expect(await verdict(url(), token)).toBe('unknown-key');
  });

  it.each<[string, (parts: SignedParts) => Partial<SignedParts>, SignatureFault]>([
    ['method', () => ({ method: 'DELETE' }), 'mismatch'],
    ['key', () => ({ rawPath: '/bkt/a%20c' }), 'mismatch'],
    ['host', () => ({ bucket: 'other' }), 'mismatch'],
    ['header', (p) => ({ rawHeaders: [...p.rawHeaders, 'x-amz-acl', 'public-read'] }), 'mismatch'],
    ['type', (p) => ({ rawHeaders: [...p.rawHeaders, 'Content-Type', 'text/html'] }), 'mismatch'],
    ['sub-resource', (p) => ({ rawQuery: `acl&${p.rawQuery}` }), 'mismatch'],
    ['version', (p) => ({ rawQuery: `${p.rawQuery}&versionId=x` }), 'mismatch'],
    ['listing', (p) => ({ rawQuery: `list-type=2&prefix=secret&${p.rawQuery}` }), 'malformed'],
    ['attributes', (p) => ({ rawQuery: `attributes&${p.rawQuery}` }), 'malformed'],
    ['copy in the URL', (p) => ({ rawQuery: `${p.rawQuery}&x-amz-copy-source=a%2Fb` }), 'malformed'],
    ['second time', (p) => ({ rawQuery: `${p.rawQuery}&Expires=9999999999` }), 'malformed'],
    ['key id', (p) => ({ rawQuery: p.rawQuery.replace(ACCESS_KEY, 'AKIDEXAMPLE000000002') }), 'unknown-key'],
    ['signature', (p) => ({ rawQuery: p.rawQuery.replace(/Signature=[^&]*/, 'Signature=AAAA') }), 'mismatch'],
    ['escape', (p) => ({ rawQuery: p.rawQuery.replace(/Signature=[^&]*/, 'Signature=%zz') }), 'malformed'],
    ['time', (p) => ({ rawQuery: p.rawQuery.replace(EXPIRES, String(Number(EXPIRES) + 1)) }), 'mismatch'],
    [
      'frames',
      (p) => ({
        rawHeaders: [...p.rawHeaders, 'x-amz-content-sha256', 'STREAMING-AWS4-HMAC-SHA256-PAYLOAD'],
      }),
      'bad-payload-hash',
    ],
  ])('are refused with another %s', async (_what, change, fault) => {
    const parts = url();
    expect(await verdict({ ...parts, ...change(parts) })).toBe(fault);
  });

  it('end at their time, which is a week ahead at most', async () => {
    const at = (seconds: number) => verdict(url({ expires: String(NOW / 1000 + seconds) }));
    expect(await at(-1)).toBe('expired');
    expect(await at(0)).toBe('good');
    expect(await at(604_800)).toBe('good');
    expect(await at(604_800 + 901)).toBe('bad-expiry');
    expect(await verdict(url({ expires: 'soon' }))).toBe('bad-expiry');
  });

  it('are no signature for what is not asked by such a URL', async () => {
    const { rawQuery, ...parts } = url();
    expect(await verdict({ ...parts, rawQuery: rawQuery.replace('AWSAccessKeyId', 'awsaccesskeyid') })).toBe(
      'unsigned',
    );
  });
});
