/** A line of a difference: kept, added or removed. */
export interface DiffLine {
  readonly kind: 'same' | 'added' | 'removed';
  readonly text: string;
}

/** More edits than this make a file a rewrite: everything old removed, everything new added. */
const MAX_EDITS = 2_000;

/** The shortest edit from one text to another, line by line (Myers 1986). */
export function lineDiff(before: readonly string[], after: readonly string[]): DiffLine[] {
  let head = 0;
  while (head < before.length && head < after.length && before[head] === after[head]) head++;
  let tail = 0;
  const room = Math.min(before.length, after.length) - head;
  while (tail < room && before[before.length - 1 - tail] === after[after.length - 1 - tail]) tail++;
  const middle = edits(before.slice(head, before.length - tail), after.slice(head, after.length - tail));
  const same = (lines: readonly string[]): DiffLine[] => lines.map((text) => ({ kind: 'same', text }));
  return [...same(before.slice(0, head)), ...middle, ...same(before.slice(before.length - tail))];
}

function edits(before: readonly string[], after: readonly string[]): DiffLine[] {
  const trace = furthestPaths(before, after);
  if (trace === undefined) {
    return [
      ...before.map((text): DiffLine => ({ kind: 'removed', text })),
      ...after.map((text): DiffLine => ({ kind: 'added', text })),
    ];
  }
  return walkBack(before, after, trace);
}

/** For each number of edits the furthest place on each diagonal; undefined when it takes too many. */
function furthestPaths(
  before: readonly string[],
  after: readonly string[],
): Map<number, number>[] | undefined {
  const trace: Map<number, number>[] = [];
  let reach = new Map([[1, 0]]);
  for (let edit = 0; edit <= Math.min(before.length + after.length, MAX_EDITS); edit++) {
    trace.push(new Map(reach));
    const next = new Map(reach);
    for (let diagonal = -edit; diagonal <= edit; diagonal += 2) {
      let x = stepsDown(reach, diagonal, edit) ? at(reach, diagonal + 1) : at(reach, diagonal - 1) + 1;
      while (x < before.length && x - diagonal < after.length && before[x] === after[x - diagonal]) x++;
      next.set(diagonal, x);
      if (x >= before.length && x - diagonal >= after.length) return trace;
    }
    reach = next;
  }
  return undefined;
}

function walkBack(
  before: readonly string[],
  after: readonly string[],
  trace: readonly Map<number, number>[],
): DiffLine[] {
  const lines: DiffLine[] = [];
  let x = before.length;
  let y = after.length;
  for (let edit = trace.length - 1; edit >= 0; edit--) {
    const reach = trace[edit] ?? new Map<number, number>();
    const diagonal = x - y;
    const from = stepsDown(reach, diagonal, edit) ? diagonal + 1 : diagonal - 1;
    const startX = at(reach, from);
    const startY = startX - from;
    while (x > startX && y > startY && x > 0 && y > 0) {
      lines.push({ kind: 'same', text: before[--x] ?? '' });
      y--;
    }
    if (edit === 0) break;
    if (x === startX) lines.push({ kind: 'added', text: after[--y] ?? '' });
    else lines.push({ kind: 'removed', text: before[--x] ?? '' });
  }
  return lines.toReversed();
}

function stepsDown(reach: ReadonlyMap<number, number>, diagonal: number, edit: number): boolean {
  return diagonal === -edit || (diagonal !== edit && at(reach, diagonal - 1) < at(reach, diagonal + 1));
}

function at(reach: ReadonlyMap<number, number>, diagonal: number): number {
  return reach.get(diagonal) ?? -1;
}
