import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { nextRun, parseSchedule, type Schedule } from './cron.ts';

function schedule(expression: string): Schedule {
  const parsed = parseSchedule(expression);
  if (parsed.kind === 'invalid') throw new Error(parsed.problem);
  return parsed;
}

const ms = (text: string) => Date.parse(text);
const list = (min: number, max: number) =>
  fc.uniqueArray(fc.integer({ min, max }), { minLength: 1, maxLength: 3 });

function runs(expression: string, after: string, count: number): string[] {
  const found: string[] = [];
  let at: number | undefined = ms(after);
  for (let n = 0; n < count; n++) {
    at = nextRun(schedule(expression), at, 0);
    if (at === undefined) break;
    found.push(new Date(at).toISOString().slice(0, 16));
  }
  return found;
}

describe('A5.9 schedules', () => {
  it.each([
    ['0 10 * * ? *', ['2026-01-15T10:00', '2026-01-16T10:00']],
    ['15 12 * * ? *', ['2026-01-15T12:15', '2026-01-16T12:15']],
    ['0 18 ? * MON-FRI *', ['2026-01-15T18:00', '2026-01-16T18:00', '2026-01-19T18:00']],
    ['0 8 1 * ? *', ['2026-02-01T08:00', '2026-03-01T08:00']],
    ['0/15 * * * ? *', ['2026-01-15T09:45', '2026-01-15T10:00']],
    ['0/10 * ? * 2-6 *', ['2026-01-15T09:40', '2026-01-15T09:50']],
    ['0 0 L * ? *', ['2026-01-31T00:00', '2026-02-28T00:00']],
    ['0 0 LW * ? *', ['2026-01-30T00:00', '2026-02-27T00:00']],
    ['0 0 3W * ? *', ['2026-02-03T00:00', '2026-03-03T00:00', '2026-04-03T00:00', '2026-05-04T00:00']],
    ['0 0 1W AUG ? *', ['2026-08-03T00:00']],
    ['0 0 ? * 6L *', ['2026-01-30T00:00', '2026-02-27T00:00']],
    ['0 0 ? * L *', ['2026-01-17T00:00', '2026-01-24T00:00']],
    ['0 0 ? * 3#2 *', ['2026-02-10T00:00', '2026-03-10T00:00']],
    ['0 0 ? * SUN,TUE *', ['2026-01-18T00:00', '2026-01-20T00:00']],
    ['0 0 29 2 ? *', ['2028-02-29T00:00', '2032-02-29T00:00']],
    ['0 0 1 1 ? 2027-2029/2', ['2027-01-01T00:00', '2029-01-01T00:00']],
    ['30,31 6 1,15 JAN,JUL ? *', ['2026-07-01T06:30', '2026-07-01T06:31', '2026-07-15T06:30']],
  ])('cron(%s)', (fields, expected) => {
    expect(runs(`cron(${fields})`, '2026-01-15T09:33:20Z', expected.length)).toEqual(expected);
  });

  it('ends when no year is left', () => {
    expect(runs('cron(0 0 1 1 ? 2026)', '2026-01-15T00:00:00Z', 1)).toEqual([]);
    expect(runs('cron(0 0 31 2 ? *)', '2026-01-15T00:00:00Z', 1)).toEqual([]);
  });

  it('counts a rate from its beginning, and makes up for nothing', () => {
    const anchor = ms('2026-01-01T00:00:30Z');
    const five = schedule('rate(5 minutes)');
    expect(nextRun(five, anchor, anchor)).toBe(anchor + 300_000);
    expect(nextRun(five, anchor + 300_000, anchor)).toBe(anchor + 600_000);
    expect(nextRun(five, anchor + 86_400_001, anchor)).toBe(anchor + 86_400_000 + 300_000);
    expect(nextRun(schedule('rate(1 day)'), anchor, anchor)).toBe(anchor + 86_400_000);
  });

  it.each([
    ['every 5 minutes', /rate\(value unit\) or cron/],
    ['rate(0 minutes)', /positive/],
    ['rate(5 minute)', /unit minutes/],
    ['rate(1 hours)', /unit hour/],
    ['rate(5 weeks)', /minute\(s\)/],
    ['rate(366 days)', /365/],
    ['cron(* * * * *)', /six fields, not 5/],
    ['cron(* * * * * *)', /exactly one/],
    ['cron(* * ? * ? *)', /exactly one/],
    ['cron(60 * * * ? *)', /60 is no minutes/],
    ['cron(* * 0 * ? *)', /0 is no day of month/],
    ['cron(* * * FOO ? *)', /FOO is no month/],
    ['cron(* * ? * 8 *)', /8 is no day of week/],
    ['cron(* * ? * 3#6 *)', /week of a month/],
    ['cron(*/0 * * * ? *)', /step/],
    ['cron(30-10 * * * ? *)', /ends before/],
    ['cron(* * * * ? 1969)', /year/],
    ['cron(* * 32W * ? *)', /day of month/],
  ])('refuses %s', (expression, expected) => {
    const parsed = parseSchedule(expression);
    expect(parsed.kind === 'invalid' && parsed.problem).toMatch(expected);
  });

  it('agrees with looking at every minute (property)', () => {
    const start = fc.integer({ min: ms('2024-01-01T00:00:00Z'), max: ms('2030-01-01T00:00:00Z') });
    fc.assert(
      fc.property(list(0, 59), list(0, 23), list(1, 7), start, (minutes, hours, weekdays, after) => {
        const text = `cron(${minutes} ${hours} ? * ${weekdays} *)`;
        const found = nextRun(schedule(text), after, 0);
        let at = Math.floor(after / 60_000) * 60_000 + 60_000;
        for (;;) {
          const date = new Date(at);
          if (
            minutes.includes(date.getUTCMinutes()) &&
            hours.includes(date.getUTCHours()) &&
            weekdays.includes(date.getUTCDay() + 1)
          ) {
            break;
          }
          at += 60_000;
        }
        expect(found).toBe(at);
      }),
    );
  });
});
