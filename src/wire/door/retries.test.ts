import { expect, it } from 'vitest';
import { describeEachDatabase } from '../../../testkit/contracts/each-database.ts';
import { createRetries, type SdkCall } from './retries.ts';
import { wireMigrations } from './tables.ts';

const MINUTE = 60_000;
const call = (id: string): SdkCall => ({
  scope: { account: '111111111111', region: 'us-east-1' },
  id,
  attempt: 2,
});
const answer = (text: string) => ({ status: 200, headers: { a: 'b' }, body: text });

describeEachDatabase('kept answers', (newPlace) => {
  it('last for five minutes of real time, belong to one account, and are few', async () => {
    await using place = await newPlace();
    const { database, secrets, clock } = await place.openKernel();
    await database.migrate(wireMigrations);
    let now = Date.now();
    const retries = createRetries(
      { database, secrets, clock: { ...clock, wall: () => now } },
      { maxKept: 3, sweepEvery: 1 },
    );
    const keep = (id: string) => database.transaction((tx) => retries.keep(tx, call(id), answer(id)));
    const known = async () => (await database.read.query('select id from answered_requests')).length;

    await keep('one');
    expect(await retries.earlier(call('one'))).toEqual({ ...answer('one'), body: Buffer.from('one') });
    expect(await retries.earlier({ ...call('one'), attempt: 1 })).toBeUndefined();
    const foreign = { account: '222222222222', region: 'us-east-1' };
    expect(await retries.earlier({ ...call('one'), scope: foreign })).toBeUndefined();
    now += 5 * MINUTE;
    expect(await retries.earlier(call('one'))).toBeDefined();
    now += 1;
    expect(await retries.earlier(call('one'))).toBeUndefined();
    await keep('two');
    expect(await known()).toBe(1);
    for (const id of ['three', 'four', 'five', 'six']) {
      now += 1;
      await keep(id);
    }
    expect(await known()).toBe(4);
    expect(await retries.earlier(call('two'))).toBeUndefined();
    await database.transaction((tx) => retries.keep(tx, call('big'), answer('x'.repeat(300_000))));
    expect(await retries.earlier(call('big'))).toBeUndefined();
  });
});
