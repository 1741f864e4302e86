import type { Member, Shape, StructureShape } from '../../src/wire/models/shape.ts';

/** A source of chance that gives the same again for the same seed. */
export type Chance = (below: number) => number;

export function chanceOf(seed: number): Chance {
  let state = (seed * 2_654_435_761) >>> 0 || 1;
  return (below) => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    state >>>= 0;
    return state % below;
  };
}

/** Texts that have a way of getting where nobody expected them. */
const TEXTS = [
  'app',
  'main',
  'builder',
  'x',
  '',
  ' ',
  '..',
  '../../etc/passwd',
  'a/../b',
  'nul\0nul',
  'lone \ud800 surrogate',
  '\u{1F680}',
  "'; drop table tasks; --",
  '{"Version":"2012-10-17","Statement":[]}',
  '{"source":["a"]}',
  '{"a":1}',
  '[]',
  '{',
  'null',
  '<a>&b;</a>',
  'refs/heads/main',
  '-rf',
  '--upload-pack=x',
  '0000000000000000000000000000000000000000',
  '1',
  '-1',
  '%00%ff',
  'x'.repeat(300),
  'é'.repeat(5000),
  'arn:aws:iam::111111111111:role/builder',
  'arn:aws:iam::222222222222:role/other',
  'arn:aws:s3:::app',
  'arn:aws:codepipeline:us-east-1:111111111111:app',
  'arn:aws:codebuild:us-east-1:111111111111:project/app',
  'arn:aws:events:us-east-1:111111111111:rule/app',
  'arn:::::',
  'app:4b0c7a4e-7c1d-4c55-9b3a-000000000000',
  '4b0c7a4e-7c1d-4c55-9b3a-000000000000',
  'rate(5 minutes)',
  'cron(0 0 31 2 ? *)',
  'eyJhIjoxfQ==',
  '__proto__',
  'constructor',
  '2026-01-01T00:00:00Z',
];
const NUMBERS = [0, 1, -1, 2, 7, 100, 65_536, 2 ** 31 - 1, 2 ** 31, -(2 ** 31), 2 ** 53, 1e300, 0.5];
const TIMES = [0, 1, 1_790_000_000_000, 253_402_300_799_000, -62_135_596_800_000, 8.64e15];

/** A value that fits the shape of its kind and hardly ever its meaning. Mostly what a model requires is there. */
export function hostileInput(shape: StructureShape, chance: Chance, depth = 0): Record<string, unknown> {
  const result: Record<string, unknown> = {};
  const one = shape.union ? shape.members[chance(shape.members.length)] : undefined;
  for (const member of one === undefined ? shape.members : [one]) {
    const wanted = member.required ? chance(30) > 0 : one !== undefined || chance(3) === 0;
    if (!wanted || depth > 6) continue;
    const value = valueOf(member.shape, chance, depth, member);
    if (value !== undefined) result[member.name] = value;
  }
  return result;
}

function valueOf(shape: Shape, chance: Chance, depth: number, member: Member | undefined): unknown {
  switch (shape.kind) {
    case 'structure':
      return hostileInput(shape, chance, depth + 1);
    case 'list':
      return Array.from({ length: chance(3) }, () => valueOf(shape.element, chance, depth + 1, undefined));
    case 'map': {
      const entries = Array.from({ length: chance(3) }, () => [
        textOf(shape.key, chance),
        valueOf(shape.value, chance, depth + 1, undefined),
      ]);
      return Object.fromEntries(entries);
    }
    case 'string':
      return textOf(shape, chance, member);
    case 'number': {
      const number = NUMBERS[chance(NUMBERS.length)] as number;
      return shape.type === 'integer' || shape.type === 'long' ? Math.trunc(number) : number;
    }
    case 'boolean':
      return chance(2) === 0;
    case 'timestamp':
      return new Date(TIMES[chance(TIMES.length)] as number);
    case 'blob':
      return Buffer.from(TEXTS[chance(TEXTS.length)] as string);
    case 'document':
      return { a: TEXTS[chance(TEXTS.length)] };
  }
}

function textOf(shape: Shape, chance: Chance, member?: Member): string {
  if (shape.kind === 'string' && shape.values !== undefined && chance(10) > 0)
    return shape.values[chance(shape.values.length)] ?? '';
  // Half the time something that fits: what lies behind the checks is asked too.
  const text = TEXTS[chance(TEXTS.length)] as string;
  if (shape.kind !== 'string' || member?.location === 'uri' || chance(2) === 0) return text;
  const fitting = TEXTS.filter((each) => fits(shape, each));
  return fitting[chance(fitting.length || 1)] ?? text;
}

function fits(shape: Extract<Shape, { kind: 'string' }>, text: string): boolean {
  if (shape.min !== undefined && text.length < shape.min) return false;
  if (shape.max !== undefined && text.length > shape.max) return false;
  return shape.matches === undefined || shape.matches(text);
}
