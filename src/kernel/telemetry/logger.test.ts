import { expect, test } from 'vitest';
import { createLogger } from './logger.ts';

test('one JSON line for each message at or above the level', () => {
  const lines: string[] = [];
  const logger = createLogger({ level: 'info', destination: { write: (line) => void lines.push(line) } });
  logger.debug({}, 'not said');
  logger.child({ room: 's3' }).error({ error: new Error('full') }, 'cannot write');
  expect(lines).toHaveLength(1);
  const line = JSON.parse(lines[0] as string) as Record<string, unknown>;
  expect(line).toMatchObject({ level: 'error', room: 's3', msg: 'cannot write' });
  expect(line['error']).toMatchObject({
    message: 'full',
    stack: expect.stringContaining('logger.test') as string,
  });
  expect(new Date(line['time'] as string).getTime()).not.toBeNaN();
});
