import { CronProblem, FIELDS, parsePart, parseValue } from './cron-fields.ts';

/** Which days of a month a schedule means. */
export type DayRule = (year: number, month: number) => readonly number[];

/** Month from 1; Sunday is 1. */
function weekday(year: number, month: number, day: number): number {
  return new Date(Date.UTC(year, month - 1, day)).getUTCDay() + 1;
}

export function daysIn(year: number, month: number): number {
  return new Date(Date.UTC(year, month, 0)).getUTCDate();
}

/** The weekday nearest to a day, never in another month. */
function nearestWeekday(year: number, month: number, day: number): number {
  const at = weekday(year, month, day);
  if (at === 7) return day === 1 ? day + 2 : day - 1;
  if (at === 1) return day === daysIn(year, month) ? day - 2 : day + 1;
  return day;
}

/** Day of month: values, `L` (the last), `LW` (the last weekday), `15W` (the weekday nearest to the 15th). */
export function daysOfMonth(text: string): DayRule {
  const rules = text.split(',').map((part): DayRule => {
    if (part === 'L') return (year, month) => [daysIn(year, month)];
    if (part === 'LW') return (year, month) => [nearestWeekday(year, month, daysIn(year, month))];
    if (/^\d+W$/.test(part)) {
      const day = parseValue(part.slice(0, -1), FIELDS.daysOfMonth);
      return (year, month) => (day > daysIn(year, month) ? [] : [nearestWeekday(year, month, day)]);
    }
    const days = parsePart(part, FIELDS.daysOfMonth);
    return (year, month) => days.filter((day) => day <= daysIn(year, month));
  });
  return union(rules);
}

/** Day of week: values, `L` (Saturday), `6L` (the last Friday), `3#2` (the second Tuesday). */
export function daysOfWeek(text: string): DayRule {
  const rules = text.split(',').map((part): DayRule => {
    if (part === 'L') return onWeekdays([7]);
    const last = /^(.+)L$/.exec(part)?.[1];
    if (last !== undefined) {
      const days = onWeekdays([parseValue(last, FIELDS.daysOfWeek)]);
      return (year, month) => days(year, month).slice(-1);
    }
    const [day = '', nth, ...rest] = part.split('#');
    if (nth !== undefined) {
      if (rest.length > 0 || !/^[1-5]$/.test(nth))
        throw new CronProblem(`${part} names no week of a month (1 to 5)`);
      const days = onWeekdays([parseValue(day, FIELDS.daysOfWeek)]);
      return (year, month) => days(year, month).slice(Number(nth) - 1, Number(nth));
    }
    return onWeekdays(parsePart(part, FIELDS.daysOfWeek));
  });
  return union(rules);
}

function onWeekdays(wanted: readonly number[]): DayRule {
  return (year, month) =>
    Array.from({ length: daysIn(year, month) }, (_, n) => n + 1).filter((day) =>
      wanted.includes(weekday(year, month, day)),
    );
}

function union(rules: readonly DayRule[]): DayRule {
  return (year, month) => [...new Set(rules.flatMap((rule) => rule(year, month)))].toSorted((a, b) => a - b);
}
