import { expect, it } from 'vitest';
import { unmodelledOperations } from '../../src/wire/door/index.ts';
import { startTestServer } from '../../testkit/support/test-server.ts';

it('answers only operations that a model knows, in every room', async () => {
  await using server = await startTestServer();
  const rooms = Object.values(server.rooms);
  expect(rooms.length).toBeGreaterThan(8);
  expect(await unmodelledOperations(rooms)).toEqual([]);
});
