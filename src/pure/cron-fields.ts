/** Bounds and names of one field of a cron expression. */
export interface FieldShape {
  readonly name: string;
  readonly min: number;
  readonly max: number;
  /** The first stands for `min`. */
  readonly names?: readonly string[];
}

export const FIELDS = {
  minutes: { name: 'minutes', min: 0, max: 59 },
  hours: { name: 'hours', min: 0, max: 23 },
  daysOfMonth: { name: 'day of month', min: 1, max: 31 },
  months: {
    name: 'month',
    min: 1,
    max: 12,
    names: ['JAN', 'FEB', 'MAR', 'APR', 'MAY', 'JUN', 'JUL', 'AUG', 'SEP', 'OCT', 'NOV', 'DEC'],
  },
  // AWS counts from Sunday = 1.
  daysOfWeek: {
    name: 'day of week',
    min: 1,
    max: 7,
    names: ['SUN', 'MON', 'TUE', 'WED', 'THU', 'FRI', 'SAT'],
  },
  years: { name: 'year', min: 1970, max: 2199 },
} as const satisfies Record<string, FieldShape>;

/** What is wrong with an expression, in one sentence. */
export class CronProblem extends Error {}

/** One value: a number or a name. */
export function parseValue(text: string, shape: FieldShape): number {
  const named = shape.names?.indexOf(text.toUpperCase()) ?? -1;
  const value = named >= 0 ? shape.min + named : /^\d{1,4}$/.test(text) ? Number(text) : Number.NaN;
  if (!(value >= shape.min && value <= shape.max)) {
    throw new CronProblem(`${text} is no ${shape.name} (${shape.min} to ${shape.max})`);
  }
  return value;
}

/** The values of one part of a list: `*`, `5`, `1-5`, and each of them with a step, `0/15`. */
export function parsePart(part: string, shape: FieldShape): readonly number[] {
  const [range = '', step, ...rest] = part.split('/');
  if (rest.length > 0 || (step !== undefined && !/^[1-9]\d{0,3}$/.test(step))) {
    throw new CronProblem(`${part} has no proper step in the field ${shape.name}`);
  }
  const [from, to] = bounds(range, step !== undefined, shape);
  const values: number[] = [];
  for (let value = from; value <= to; value += Number(step ?? 1)) values.push(value);
  return values;
}

function bounds(range: string, stepped: boolean, shape: FieldShape): readonly [number, number] {
  if (range === '*') return [shape.min, shape.max];
  const [from = '', to, ...rest] = range.split('-');
  if (rest.length > 0) throw new CronProblem(`${range} is no range in the field ${shape.name}`);
  const first = parseValue(from, shape);
  if (to === undefined) return [first, stepped ? shape.max : first];
  const last = parseValue(to, shape);
  if (last < first) throw new CronProblem(`${range} ends before it begins in the field ${shape.name}`);
  return [first, last];
}

/** All values of a field, sorted. */
export function parseField(text: string, shape: FieldShape): readonly number[] {
  const values = new Set(text.split(',').flatMap((part) => parsePart(part, shape)));
  return [...values].toSorted((a, b) => a - b);
}
