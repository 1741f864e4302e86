import { expect, it } from 'vitest';
import { credentialKeeper, type IssuedCredentials } from './credentials.ts';

function issuer(lifeMs: number, now: () => number) {
  let issued = 0;
  const issue = async (): Promise<IssuedCredentials> => {
    issued++;
    const key = `AKIA${issued}`;
    return {
      accessKeyId: key,
      secretAccessKey: 's',
      sessionToken: 't',
      expiration: new Date(now() + lifeMs),
      region: 'us-east-1',
      account: '111111111111',
    };
  };
  return issue;
}

it('asks once for callers that come together and keeps the answer until five minutes before its end', async () => {
  let time = 0;
  const credentials = credentialKeeper(
    issuer(60 * 60_000, () => time),
    () => time,
  );
  const [a, b] = await Promise.all([credentials(), credentials()]);
  expect([a.accessKeyId, b.accessKeyId]).toEqual(['AKIA1', 'AKIA1']);
  time = 54 * 60_000;
  expect((await credentials()).accessKeyId).toBe('AKIA1');
  time = 55 * 60_000;
  expect((await credentials()).accessKeyId).toBe('AKIA2');
});

it('tries again after a failure', async () => {
  let failing = true;
  const issue = issuer(60 * 60_000, () => 0);
  const credentials = credentialKeeper(
    () => (failing ? Promise.reject(new Error('down')) : issue()),
    () => 0,
  );
  await expect(credentials()).rejects.toThrow('down');
  failing = false;
  expect((await credentials()).accessKeyId).toBe('AKIA1');
});
