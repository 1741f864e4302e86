import type { Bounds, Member, Shape, StructureShape } from '../models/shape.ts';

/** One thing that the model does not allow. */
export interface Violation {
  /** Lower-camel members, `.N.member` inside lists (from 1), `.key.member` inside maps: AWS's way of writing it. */
  readonly path: string;
  /** `'x'`, `null`, or undefined when it must not be shown. */
  readonly value: string | undefined;
  /** `Member must not be null` … */
  readonly constraint: string;
}

/** Where the check stands; put into words only when something is wrong. */
type Path = (Member | string | number)[];

/** After these many the rest is not looked for: an answer is no place for ten thousand lines. */
const maxViolations = 50;

/** Everything about a decoded input that its model does not allow. */
export function violationsOf(shape: StructureShape, input: unknown): readonly Violation[] {
  const found: Violation[] = [];
  checkStructure(shape, input as Record<string, unknown>, [], found);
  return found;
}

/** Structures that carry what programs printed, which may be anything: their rooms make text of it. */
const PRINTED = new Set(['InputLogEvent', 'HostDiagnostics']);

function check(shape: Shape, value: unknown, path: Path, found: Violation[]): void {
  if (found.length >= maxViolations) return;
  switch (shape.kind) {
    case 'structure':
      return checkStructure(shape, value as Record<string, unknown>, path, found);
    case 'list': {
      const items = value as readonly unknown[];
      checkLength(shape, items.length, () => show(value), path, found);
      const { element } = shape;
      if (!mayViolate(element)) return;
      for (let index = 0; index < items.length; index++) {
        path.push(index + 1, 'member');
        check(element, items[index], path, found);
        path.length -= 2;
      }
      return;
    }
    case 'map': {
      const entries = Object.entries(value as Record<string, unknown>);
      checkLength(shape, entries.length, () => show(value), path, found);
      for (const [key, item] of entries) {
        checkKey(shape.key, key, path, found);
        path.push(key, 'member');
        check(shape.value, item, path, found);
        path.length -= 2;
      }
      return;
    }
    case 'string':
      return checkString(shape, value as string, path, found);
    case 'number': {
      const number = value as number;
      const shown = () => (shape.sensitive ? undefined : quote(String(number)));
      if (shape.max !== undefined && number > shape.max) {
        add(found, path, shown(), `have value less than or equal to ${shape.max}`);
      }
      if (shape.min !== undefined && number < shape.min) {
        add(found, path, shown(), `have value greater than or equal to ${shape.min}`);
      }
      return;
    }
    case 'blob':
      if (value instanceof Uint8Array) checkLength(shape, value.length, () => undefined, path, found);
      return;
    default:
      return;
  }
}

function checkStructure(
  shape: StructureShape,
  value: Record<string, unknown>,
  path: Path,
  found: Violation[],
): void {
  let set = 0;
  for (const member of shape.members) {
    const item = value[member.name];
    const isSet = item !== undefined && item !== null;
    if (!isSet && !member.required) continue;
    path.push(member);
    if (isSet) {
      set++;
      const printed = member.shape.kind === 'string' && PRINTED.has(shape.name);
      if (!printed) check(member.shape, item, path, found);
      else checkString(member.shape, (item as string).replaceAll('\0', ' ').toWellFormed(), path, found);
    } else add(found, path, 'null', 'not be null');
    path.pop();
  }
  // A union that is empty may hold a member which is newer than the model: only too many is an error for certain.
  if (shape.union && set > 1) add(found, path, undefined, 'have only one of its members set');
}

function checkString(
  shape: Extract<Shape, { kind: 'string' }>,
  text: string,
  path: Path,
  found: Violation[],
): void {
  const shown = () => (shape.sensitive ? undefined : quote(text));
  if (shape.values !== undefined && !shape.values.includes(text)) {
    add(found, path, shown(), `satisfy enum value set: [${shape.values.join(', ')}]`);
  }
  // No database keeps these as they are, and no file name or argument can hold them.
  if (text.includes('\0') || !text.isWellFormed()) {
    add(found, path, undefined, 'not contain the character NUL or half of a surrogate pair');
  }
  const tooLong = checkLength(shape, lengthOf(text, shape), shown, path, found);
  // A text that is too long is wrong already, and its length is what makes an expression slow.
  if (!tooLong && shape.matches !== undefined && !shape.matches(text)) {
    add(found, path, shown(), `satisfy regular expression pattern: ${shape.pattern}`);
  }
}

/** Characters as AWS counts them: code points. Taken apart only where it matters. */
function lengthOf(text: string, bounds: Bounds): number {
  const units = text.length;
  if (bounds.min === undefined && bounds.max === undefined) return units;
  const surelyLongEnough = bounds.min === undefined || units >= bounds.min * 2;
  const surelyShortEnough = bounds.max === undefined || units <= bounds.max;
  if (surelyLongEnough && surelyShortEnough) return units;
  return [...text].length;
}

function checkLength(
  bounds: Bounds,
  length: number,
  shown: () => string | undefined,
  path: Path,
  found: Violation[],
): boolean {
  const tooLong = bounds.max !== undefined && length > bounds.max;
  if (tooLong) add(found, path, shown(), `have length less than or equal to ${bounds.max}`);
  if (bounds.min !== undefined && length < bounds.min) {
    add(found, path, shown(), `have length greater than or equal to ${bounds.min}`);
  }
  return tooLong;
}

/** AWS names the map, not the key. */
function checkKey(shape: Shape, key: string, path: Path, found: Violation[]): void {
  const wrong: Violation[] = [];
  check(shape, key, path, wrong);
  if (wrong.length === 0 || found.length >= maxViolations) return;
  const constraints = wrong.map(({ constraint }) => constraint).join(', ');
  found.push({
    path: formatPath(path),
    value: quote(key),
    constraint: `Map keys must satisfy constraint: [${constraints}]`,
  });
}

/** False when nothing of such a shape can be wrong, so that long lists of it cost nothing. */
function mayViolate(shape: Shape): boolean {
  return shape.kind !== 'boolean' && shape.kind !== 'timestamp' && shape.kind !== 'document';
}

function add(found: Violation[], path: Path, value: string | undefined, must: string): void {
  if (found.length < maxViolations)
    found.push({ path: formatPath(path), value, constraint: `Member must ${must}` });
}

function show(value: unknown): string | undefined {
  const items = Array.isArray(value) ? value : Object.keys(value as object);
  return items.every((item) => typeof item === 'string')
    ? quote(`[${items.slice(0, 20).join(', ')}]`)
    : undefined;
}

function quote(text: string): string {
  return `'${text.length > 256 ? `${text.slice(0, 256)}…` : text}'`;
}

function formatPath(path: Path): string {
  return path.map((step) => (typeof step === 'object' ? lowerFirst(step.name) : step)).join('.');
}

function lowerFirst(text: string): string {
  return text.charAt(0).toLowerCase() + text.slice(1);
}
