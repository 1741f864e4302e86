import { ApiError } from '../../kernel/errors.ts';

/** Where a decoder stands: member names, list indexes (from 0) and map keys, outermost first. */
export type Path = (string | number)[];

/** Deeper input is refused: no model nests so far, and recursion must end. */
export const maxDepth = 100;

/** Bytes that do not have the form the model asks for. */
export function malformed(message: string, path: Path = []): ApiError {
  const place = path.length === 0 ? '' : ` at '${formatPath(path)}'`;
  return new ApiError('SerializationException', `${message}${place}`, { status: 400 });
}

/** Throws when a decoder went deeper than any honest input does. */
export function checkDepth(path: Path): void {
  if (path.length > maxDepth) throw malformed(`Input is nested deeper than ${maxDepth} levels`);
}

/** `pipeline.stages[0].name` */
export function formatPath(path: Path): string {
  let text = '';
  for (const step of path) {
    if (typeof step === 'number') text += `[${step}]`;
    else text += text === '' ? step : `.${step}`;
  }
  return text;
}

/** Sets a key that a client chose: also `__proto__` becomes a plain property. */
export function setKey(record: Record<string, unknown>, key: string, value: unknown): void {
  if (key === '__proto__') {
    Object.defineProperty(record, key, { value, enumerable: true, configurable: true, writable: true });
  } else record[key] = value;
}
