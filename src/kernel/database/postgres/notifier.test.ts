import { setImmediate } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { createTestDatabase } from '../../../../testkit/support/test-database.ts';
import { openPostgresNotifier } from './notifier.ts';

const LAST = 'last';

test('asks one thing after another of its connection, and everything arrives', async () => {
  const warnings: Error[] = [];
  const warned = (warning: Error) => warnings.push(warning);
  process.on('warning', warned);
  const database = await createTestDatabase();
  try {
    const from = await openPostgresNotifier(database.url, 'from');
    const to = await openPostgresNotifier(database.url, 'to');
    const heard = new Set<string>();
    const done = Promise.withResolvers<void>();
    to.listen('news', (payload) => {
      heard.add(payload);
      if (payload === LAST) done.resolve();
    });
    const sent = new Set<string>();
    const send = (payload: string) => {
      sent.add(payload);
      from.send('news', payload);
    };
    for (let round = 0; round < 50; round++) {
      // Several in one turn, and the next ones while those are on their way.
      for (let n = 0; n < 3; n++) send(`${round}-${n}`);
      await (round % 2 === 0 ? Promise.resolve() : setImmediate());
    }
    send(LAST);
    await done.promise;
    expect(heard).toEqual(sent);
    // What is on its way when it closes is not cut off.
    const farewell = new Promise<void>((resolve) => to.listen('farewell', () => resolve()));
    from.send('farewell', 'bye');
    await from.close();
    await farewell;
    await to.close();
    await setImmediate();
  } finally {
    await database.drop();
    process.off('warning', warned);
  }
  expect(warnings.filter(({ name }) => name === 'DeprecationWarning')).toEqual([]);
});
