import type { Kernel } from '../../kernel/kernel.ts';
import { byAge } from '../../kernel/retention/by-age.ts';
import type { RetentionRule } from '../../kernel/retention/port.ts';
import { ANSWERS_KEPT_MS } from './retries.ts';

/** What the door forgets: old audit rows, and answers whose callers have given up long since. */
export function wireRetention({
  database,
  clock,
}: Pick<Kernel, 'clock' | 'database'>): readonly RetentionRule[] {
  return [
    byAge(database, {
      name: 'wire.audit',
      keeps: 'audit',
      table: 'audit',
      column: 'at',
      key: ['account', 'region', 'at', 'request_id'],
    }),
    byAge(database, {
      name: 'wire.answers',
      keeps: 'ended',
      table: 'answered_requests',
      column: 'at',
      key: ['account', 'region', 'id'],
      wall: () => clock.wall() - ANSWERS_KEPT_MS,
      now: clock.now,
    }),
  ];
}
