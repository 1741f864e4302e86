import type { GroupRow } from './tables.ts';

const DAY = 24 * 3_600_000;

/** Events older than the group keeps are not shown, even while their stream is still there. */
export function visibleFrom(group: GroupRow, startTime: number, now: number): number {
  return group.retention_days === null ? startTime : Math.max(startTime, now - group.retention_days * DAY);
}
