/**
 * Where two values differ, as paths with what was wanted and what came; empty when they are the same. Members that are
 * undefined do not exist, any bytes equal the same bytes.
 */
export function differences(wanted: unknown, got: unknown, path = ''): string[] {
  if (Object.is(wanted, got)) return [];
  if (wanted instanceof Uint8Array && got instanceof Uint8Array) {
    return Buffer.compare(wanted, got) === 0 ? [] : [`${path}: other bytes`];
  }
  if (wanted instanceof Date && got instanceof Date) {
    return wanted.getTime() === got.getTime()
      ? []
      : [`${path}: ${wanted.toISOString()} ≠ ${got.toISOString()}`];
  }
  if (Array.isArray(wanted) && Array.isArray(got)) {
    if (wanted.length !== got.length) return [`${path}: ${wanted.length} items ≠ ${got.length}`];
    return wanted.flatMap((item, index) => differences(item, got[index], `${path}[${index}]`));
  }
  if (isRecord(wanted) && isRecord(got)) {
    const keys = new Set([...Object.keys(wanted), ...Object.keys(got)]);
    return [...keys].flatMap((key) => differences(wanted[key], got[key], `${path}.${key}`));
  }
  return [`${path}: ${show(wanted)} ≠ ${show(got)}`];
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return (
    typeof value === 'object' &&
    value !== null &&
    !Array.isArray(value) &&
    !(value instanceof Date) &&
    !(value instanceof Uint8Array)
  );
}

function show(value: unknown): string {
  return JSON.stringify(value)?.slice(0, 120) ?? 'nothing';
}
