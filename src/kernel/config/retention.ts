import type { RetentionPeriods } from '../retention/port.ts';
import { wholeNumber } from './whole-number.ts';

const DAY_MS = 24 * 3_600_000;

const days = (standard: number, what: string) =>
  wholeNumber(1, 36_500).default(standard).describe(`days that ${what} are kept`);

/** How long what is no more needed is kept, counted in domain time. Logs are kept as their log groups say. */
export const retentionSettings = {
  auditRetentionDays: days(365, 'rows of the audit log'),
  historyRetentionDays: days(365, 'the histories of executions, builds and deployments that have ended'),
  inboxRetentionDays: days(30, 'the ids of answers that were taken (never those of what is in flight)'),
  uploadRetentionDays: days(7, 'multipart uploads that nobody completed'),
  tokenRetentionDays: days(7, 'client request tokens of executions'),
  failureRetentionDays: days(14, 'events that could not be delivered'),
  sessionRetentionDays: days(7, 'expired temporary credentials (to refuse them as expired)'),
  lostTaskRetentionDays: days(30, 'tasks that no version knows any more'),
};

type Settings = { readonly [K in keyof typeof retentionSettings]: number };

export function retentionPeriods(config: Settings): RetentionPeriods {
  return {
    audit: config.auditRetentionDays * DAY_MS,
    history: config.historyRetentionDays * DAY_MS,
    inbox: config.inboxRetentionDays * DAY_MS,
    uploads: config.uploadRetentionDays * DAY_MS,
    tokens: config.tokenRetentionDays * DAY_MS,
    failures: config.failureRetentionDays * DAY_MS,
    sessions: config.sessionRetentionDays * DAY_MS,
    lostTasks: config.lostTaskRetentionDays * DAY_MS,
  };
}
