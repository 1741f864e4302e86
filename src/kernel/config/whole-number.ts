import { z } from 'zod';

const NO_NUMBER = 'must be a whole number';

/** A setting that counts something; flags and variables give it as text. */
export function wholeNumber(min: number, max: number) {
  const range = `must be from ${min} to ${max}`;
  return z.coerce.number(NO_NUMBER).int(NO_NUMBER).min(min, range).max(max, range);
}
