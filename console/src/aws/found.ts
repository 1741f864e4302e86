/** Batch operations leave out what they do not find; this says it as every other operation would. */
export function found<T>(value: T | undefined, missing: string): T {
  if (value !== undefined) return value;
  throw Object.assign(new Error(missing), { name: 'ResourceNotFoundException' });
}
