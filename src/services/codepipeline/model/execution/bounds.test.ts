import { expect, test } from 'vitest';
import { World } from '../../../../../testkit/codepipeline/world.ts';

const NAME = 'x'.repeat(95);
const type = { category: 'Build', owner: 'AWS', provider: 'CodeBuild', version: '1' };
const wide = (count: number) =>
  new World(
    [
      {
        name: 'Build',
        plan: {
          actions: Array.from({ length: count }, (_, n) => ({
            name: `${NAME}-${n}`,
            runOrder: 1,
            type,
            timeoutMs: 1000,
          })),
        },
      },
    ],
    'SUPERSEDED',
  );

const failAll = (world: World, id: string, summary: string) => {
  for (const { action } of world.running(id)) {
    const token = action.id ?? '';
    world.tell(id, { kind: 'reply', token, outcome: 'failed', externalId: 'x', summary });
    // The kernel refuses a state of more, and nobody would ever hear how the action ended.
    expect(JSON.stringify(world.execution(id)).length).toBeLessThan(64 * 1024);
  }
};

test.each([
  ['colours of a terminal', '\u001b[31m error \u001b[0m\u0000'],
  ['quotes', '"\\'],
  ['halves of characters', '\ud83d'],
  ['lines', 'a\n'],
])('a stage of 50 actions stays small, though all fail with 200 KB of %s', (_, text) => {
  const world = wide(50);
  const id = world.start();
  failAll(world, id, text.repeat(Math.ceil(200_000 / text.length)));
  expect(world.execution(id).status).toBe('Failed');
});

test('the end of a long reason is kept, where it says why', () => {
  const world = wide(1);
  const id = world.start();
  failAll(world, id, `The build failed.\n${'at some place\n'.repeat(500)}exit code 42`);
  const { statusSummary, stage } = world.execution(id);
  expect(statusSummary).toMatch(/failed: The build failed\. at some place .* exit code 42$/);
  expect(stage?.actions[0]?.note?.summary).toMatch(/^The build failed\.\nat some place\n[^]*\nexit code 42$/);
});
