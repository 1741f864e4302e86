import type { DiffLine } from './line-diff.ts';
import type { TextLine } from './text-lines.tsx';

const AROUND = 3;

/** Changed lines with three lines around them; what is left out becomes one line. */
export function hunkLines(diff: readonly DiffLine[]): TextLine[] {
  const near = new Set<number>();
  for (const [index, line] of diff.entries()) {
    if (line.kind === 'same') continue;
    for (let i = index - AROUND; i <= index + AROUND; i++) near.add(i);
  }
  const lines: TextLine[] = [];
  let left = 0;
  const flush = (): void => {
    if (left > 0) lines.push({ mark: '', text: `… ${left} unchanged ${left === 1 ? 'line' : 'lines'}` });
    left = 0;
  };
  for (const [index, line] of diff.entries()) {
    if (!near.has(index)) {
      left++;
      continue;
    }
    flush();
    lines.push(lineOf(line));
  }
  flush();
  return lines;
}

function lineOf({ kind, text }: DiffLine): TextLine {
  if (kind === 'same') return { mark: '', text };
  return { mark: kind === 'added' ? '+' : '−', text, tone: kind };
}
