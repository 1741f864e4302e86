import { type DayRule, daysOfMonth, daysOfWeek } from './cron-days.ts';
import { CronProblem, FIELDS, parseField } from './cron-fields.ts';

export interface Cron {
  readonly minutes: readonly number[];
  readonly hours: readonly number[];
  readonly days: DayRule;
  readonly months: readonly number[];
  readonly years: readonly number[];
}

/** A schedule as EventBridge writes it: `rate(5 minutes)` or `cron(0 12 * * ? *)`, in UTC. */
export type Schedule =
  | { readonly kind: 'rate'; readonly everyMs: number }
  | { readonly kind: 'cron'; readonly cron: Cron };

export type ParsedSchedule = Schedule | { readonly kind: 'invalid'; readonly problem: string };

const UNITS: Readonly<Record<string, number>> = { minute: 60_000, hour: 3_600_000, day: 86_400_000 };
const MAX_RATE_MS = 365 * 86_400_000;

export function parseSchedule(expression: string): ParsedSchedule {
  const [, kind, body = ''] = /^(rate|cron)\((.*)\)$/.exec(expression) ?? [];
  try {
    if (kind === 'rate') return { kind, everyMs: parseRate(body) };
    if (kind === 'cron') return { kind, cron: parseCron(body) };
    throw new CronProblem('a schedule is rate(value unit) or cron(fields)');
  } catch (error) {
    if (error instanceof CronProblem) return { kind: 'invalid', problem: error.message };
    throw error;
  }
}

function parseRate(body: string): number {
  const [, digits = '', unit = '', plural] = /^(\d{1,6}) (minute|hour|day)(s)?$/.exec(body) ?? [];
  const value = Number(digits);
  const everyMs = value * (UNITS[unit] ?? Number.NaN);
  if (!(value > 0)) throw new CronProblem('a rate is a positive number and minute(s), hour(s) or day(s)');
  if ((value === 1) === (plural !== undefined)) {
    throw new CronProblem(value === 1 ? `1 takes the unit ${unit}` : `${value} takes the unit ${unit}s`);
  }
  if (everyMs > MAX_RATE_MS) throw new CronProblem('a rate is at most 365 days');
  return everyMs;
}

/** Six fields: minutes, hours, day of month, month, day of week, year. One of the two days is `?`. */
function parseCron(body: string): Cron {
  const fields = body.trim().split(/\s+/);
  const [minutes = '', hours = '', dayOfMonth = '', months = '', dayOfWeek = '', years = ''] = fields;
  if (fields.length !== 6) throw new CronProblem(`a cron expression has six fields, not ${fields.length}`);
  if ((dayOfMonth === '?') === (dayOfWeek === '?')) {
    throw new CronProblem('exactly one of day of month and day of week is ?');
  }
  return {
    minutes: parseField(minutes, FIELDS.minutes),
    hours: parseField(hours, FIELDS.hours),
    days: dayOfWeek === '?' ? daysOfMonth(dayOfMonth) : daysOfWeek(dayOfWeek),
    months: parseField(months, FIELDS.months),
    years: parseField(years, FIELDS.years),
  };
}

/**
 * The first moment after `after` (milliseconds) at which the schedule fires; undefined when it never does again. A rate
 * counts from `anchor`; what was missed is not made up for.
 */
export function nextRun(schedule: Schedule, after: number, anchor: number): number | undefined {
  if (schedule.kind === 'cron') return nextCron(schedule.cron, after);
  const passed = Math.floor((after - anchor) / schedule.everyMs);
  return anchor + Math.max(passed + 1, 1) * schedule.everyMs;
}

function nextCron(cron: Cron, after: number): number | undefined {
  const from = new Date(after);
  for (const year of cron.years) {
    if (year < from.getUTCFullYear()) continue;
    for (const month of cron.months) {
      if (Date.UTC(year, month, 1) <= after) continue;
      for (const day of cron.days(year, month)) {
        if (Date.UTC(year, month - 1, day + 1) <= after) continue;
        const found = firstInDay(cron, Date.UTC(year, month - 1, day), after);
        if (found !== undefined) return found;
      }
    }
  }
  return undefined;
}

function firstInDay(cron: Cron, midnight: number, after: number): number | undefined {
  for (const hour of cron.hours) {
    for (const minute of cron.minutes) {
      const at = midnight + hour * 3_600_000 + minute * 60_000;
      if (at > after) return at;
    }
  }
  return undefined;
}
