const MAX_KEY_BYTES = 1024;

export type KeyProblem = 'empty' | 'too-long' | 'not-text';

/**
 * What is wrong with an object's key; undefined when nothing is. A key is a name, not a path: `..` and `//` are
 * ordinary. NUL and lone surrogates are refused because no database keeps them alike.
 */
export function keyProblem(key: string): KeyProblem | undefined {
  if (key === '') return 'empty';
  if (key.includes('\0') || !key.isWellFormed()) return 'not-text';
  return Buffer.byteLength(key) > MAX_KEY_BYTES ? 'too-long' : undefined;
}
