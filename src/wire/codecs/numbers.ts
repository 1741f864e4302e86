import type { NumberShape } from '../models/shape.ts';

const special: Readonly<Record<string, number>> = {
  NaN: Number.NaN,
  Infinity: Number.POSITIVE_INFINITY,
  '-Infinity': Number.NEGATIVE_INFINITY,
};

/** The names under which JSON and text carry what is no decimal number. */
export function specialNumber(text: string): number | undefined {
  return Object.hasOwn(special, text) ? special[text] : undefined;
}

/** True when the shape's type can hold the number. */
export function holds(shape: NumberShape, value: number): boolean {
  if (shape.type === 'integer') return Number.isInteger(value) && Math.abs(value) <= 2 ** 31;
  if (shape.type === 'long') return Number.isInteger(value) && Math.abs(value) <= 2 ** 63;
  return true;
}

/** A number from its text; undefined when it is none of the shape's type. */
export function parseNumber(shape: NumberShape, text: string): number | undefined {
  const trimmed = text.trim();
  const floating = shape.type === 'float' || shape.type === 'double';
  if (floating && specialNumber(trimmed) !== undefined) return specialNumber(trimmed);
  if (!/^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$/.test(trimmed)) return undefined;
  const value = Number(trimmed);
  return holds(shape, value) ? value : undefined;
}

/** A number as JSON and text write it: a string for what JSON has no number for. */
export function formatNumber(value: number): number | string {
  return Number.isFinite(value) ? value : String(value);
}
