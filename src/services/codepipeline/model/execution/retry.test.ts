import { expect, test } from 'vitest';
import { World } from '../../../../../testkit/codepipeline/world.ts';
import type { RetryMode } from '../definition.ts';

const source = { category: 'Source', owner: 'AWS', provider: 'CodeCommit', version: '1' };
const approval = { category: 'Approval', owner: 'AWS', provider: 'Manual', version: '1' };
const action = (name: string, type = source) => ({ name, runOrder: 1, type, timeoutMs: 1000 });

const modes: RetryMode[] = ['FAILED_ACTIONS', 'ALL_ACTIONS'];

test.each(modes)('a retry (%s) never reads a source again that was read (B4.3)', (mode) => {
  const world = new World(
    [{ name: 'Source', plan: { actions: [action('App'), action('Config')] } }],
    'SUPERSEDED',
  );
  const id = world.start();
  const [app, config] = world.running(id).map((each) => each.action.id ?? '');
  world.answer(id, app ?? '', 'succeeded');
  world.answer(id, config ?? '', 'failed');
  expect(world.execution(id).status).toBe('Failed');
  expect(world.retry(id, mode)).toBe(true);
  expect(world.running(id).map((each) => each.action.name)).toEqual(['Config']);
  expect(world.execution(id).stage?.actions[0]).toMatchObject({ id: app, status: 'Succeeded' });
});

test('an approval that is asked for again has a token of its own; the old one is used up (B6.3)', () => {
  const gate = { name: 'Gate', plan: { actions: [action('Promote', approval)] } };
  const world = new World([gate], 'SUPERSEDED');
  const id = world.start();
  const ask = () => {
    const token = world.running(id)[0]?.action.id ?? '';
    world.tell(id, { kind: 'started', token, externalId: token, approval: true });
    return token;
  };
  const answer = (token: string, approved: boolean) =>
    world.tell(id, { kind: 'answer', token, approved, summary: '', by: 'x' });
  const first = ask();
  expect(answer(first, false)).toBe(true);
  world.retry(id, 'FAILED_ACTIONS');
  expect(answer(first, true)).toBe(false);
  // Not asked for yet: nobody can know its token.
  const early = world.running(id)[0]?.action.id ?? '';
  expect(answer(early, true)).toBe(false);
  const second = ask();
  expect(second).not.toBe(first);
  expect(answer(first, true)).toBe(false);
  expect(world.execution(id).status).toBe('InProgress');
  expect(answer(second, true)).toBe(true);
  expect(world.execution(id).status).toBe('Succeeded');
});
