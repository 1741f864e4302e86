import { IncomingMessage } from 'node:http';
import { Socket } from 'node:net';
import { describe, expect, it } from 'vitest';
import type { Principal } from '../../../wire/operation.ts';
import { createGitAuthenticator } from './authenticator.ts';
import { gitSignature, parseSignedPassword, verifySignedPassword } from './git-signature.ts';

const SECRET = 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY';
const TARGET = { host: '127.0.0.1', path: '/v1/repos/app', region: 'eu-west-1' };
// Made by botocore's own signer from the canonical request of the aws CLI's helper.
const SIGNATURE = 'f6debadf238c2fcd95a9c98a4605c28fa8155b8cefd5a75dd561e92428146f31';
const PASSWORD = `20260131T102343Z${SIGNATURE}`;
const AT = Date.parse('2026-01-31T10:23:43Z');

describe('A1.2 the signed password of the credential helper', () => {
  it('is what botocore makes', () => {
    expect(gitSignature(SECRET, '20260131T102343', TARGET)).toBe(SIGNATURE);
  });

  it('holds for 15 minutes, for its secret, host, path and region', () => {
    const signed = parseSignedPassword(PASSWORD);
    const fits = (target = TARGET, at = AT, secret = SECRET) =>
      signed !== undefined && verifySignedPassword(secret, signed, target, at);
    expect(fits()).toBe(true);
    expect(fits(TARGET, AT + 15 * 60_000)).toBe(true);
    expect(fits(TARGET, AT - 15 * 60_000)).toBe(true);
    expect(fits(TARGET, AT + 15 * 60_000 + 1)).toBe(false);
    expect(fits({ ...TARGET, host: 'localhost' })).toBe(false);
    expect(fits({ ...TARGET, path: '/v1/repos/other' })).toBe(false);
    expect(fits({ ...TARGET, region: 'us-east-1' })).toBe(false);
    expect(fits(TARGET, AT, 'other')).toBe(false);
  });

  it.each(['', 'secret', PASSWORD.slice(0, -1), `${PASSWORD}0`, PASSWORD.replace('T', 't'), `x${PASSWORD}`])(
    'is not %j',
    (password) => expect(parseSignedPassword(password)).toBeUndefined(),
  );

  it('with an impossible time never fits', () => {
    const signature = gitSignature(SECRET, '20261331T102343', TARGET);
    expect(verifySignedPassword(SECRET, { timestamp: '20261331T102343', signature }, TARGET, AT)).toBe(false);
  });
});

function request(url: string, host = '127.0.0.1:7300'): IncomingMessage {
  const message = new IncomingMessage(new Socket());
  Object.assign(message, { method: 'GET', url, headers: { host } });
  return message;
}

describe('the authenticator', () => {
  const ada: Principal = {
    account: '111111111111',
    arn: 'arn:aws:iam::111111111111:user/ada',
    userId: 'AIDA',
    accessKeyId: 'AKIAADA',
    kind: 'user',
  };
  const authenticate = createGitAuthenticator({
    wall: () => AT,
    iam: {
      credentials: {
        find: async (key, token) =>
          key === 'AKIAADA' && (token === undefined || token === 'the%token')
            ? { secretAccessKey: SECRET, principal: ada }
            : undefined,
      },
      verifyGitCredential: async (name, password) =>
        name === 'ada-at-111111111111' && password === 'right' ? ada : undefined,
    },
  });
  const REFS = '/v1/repos/app/info/refs?service=git-upload-pack';

  it('finds the region that was signed for', async () => {
    expect(await authenticate('AKIAADA', PASSWORD, request(REFS))).toEqual({ ...ada, region: 'eu-west-1' });
    expect(await authenticate('AKIAADA%the%token', PASSWORD, request(REFS))).toMatchObject({ arn: ada.arn });
  });

  it('knows nobody by another key, token, repository or host', async () => {
    expect(await authenticate('AKIAEVE', PASSWORD, request(REFS))).toBeUndefined();
    expect(await authenticate('AKIAADA%x', PASSWORD, request(REFS))).toBeUndefined();
    expect(await authenticate('AKIAADA', PASSWORD, request(REFS.replace('app', 'b')))).toBeUndefined();
    expect(await authenticate('AKIAADA', PASSWORD, request(REFS, 'evil.example'))).toBeUndefined();
    expect(await authenticate('AKIAADA', PASSWORD, request('/other'))).toBeUndefined();
  });

  it('takes static credentials, with a region when one is named', async () => {
    expect(await authenticate('ada-at-111111111111', 'right', request(REFS))).toEqual(ada);
    expect(await authenticate('ada-at-111111111111@eu-west-1', 'right', request(REFS))).toEqual({
      ...ada,
      region: 'eu-west-1',
    });
    expect(await authenticate('ada-at-111111111111', 'wrong', request(REFS))).toBeUndefined();
  });
});
