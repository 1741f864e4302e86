import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import { decodePageToken, encodePageToken } from './page-token.ts';

it('gives back the key, and only to the list it is for', () => {
  fc.assert(
    fc.property(fc.string(), fc.string(), fc.string(), (list, after, other) => {
      const token = encodePageToken(list, after);
      expect(token).toMatch(/^[A-Za-z0-9_-]+$/);
      expect(decodePageToken(list, token)).toBe(after);
      expect(decodePageToken(other, token)).toBe(other === list ? after : undefined);
    }),
  );
});

it('knows a token that was never given out', () => {
  for (const token of [
    '',
    'x',
    '!!',
    Buffer.from('[]').toString('base64url'),
    Buffer.from('["l",1]').toString('base64url'),
  ]) {
    expect(decodePageToken('l', token)).toBeUndefined();
  }
});
