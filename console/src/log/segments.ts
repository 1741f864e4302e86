import type { StoredLine } from './log-store.ts';
import { PLAIN, type Style } from './style.ts';

/** A run of one line that looks the same throughout. */
export interface Segment {
  readonly text: string;
  readonly style: Style;
  readonly hit: 'none' | 'match' | 'current';
}

interface Hit {
  readonly from: number;
  readonly to: number;
  readonly current: boolean;
}

/** Cuts a line where its look changes: at colours and at search hits. Hits are in order and do not overlap. */
export function segments(line: Pick<StoredLine, 'text' | 'spans'>, hits: readonly Hit[]): Segment[] {
  const { text, spans } = line;
  if (spans.length === 0 && hits.length === 0) return [{ text, style: PLAIN, hit: 'none' }];
  const cuts = new Set([0, text.length]);
  for (let i = 0; i < spans.length; i += 3) cuts.add(spans[i] ?? 0).add(spans[i + 1] ?? 0);
  for (const hit of hits) cuts.add(hit.from).add(hit.to);
  const places = [...cuts].toSorted((a, b) => a - b);
  const pieces: Segment[] = [];
  let span = 0;
  let hit = 0;
  for (let i = 0; i + 1 < places.length; i++) {
    const from = places[i] ?? 0;
    const to = places[i + 1] ?? 0;
    while (span < spans.length && (spans[span + 1] ?? 0) <= from) span += 3;
    while ((hits[hit]?.to ?? Number.POSITIVE_INFINITY) <= from) hit++;
    const styled = span < spans.length && (spans[span] ?? 0) <= from;
    const found = hits[hit];
    const inside = found !== undefined && found.from <= from;
    pieces.push({
      text: text.slice(from, to),
      style: styled ? (spans[span + 2] ?? PLAIN) : PLAIN,
      hit: inside ? (found.current ? 'current' : 'match') : 'none',
    });
  }
  return pieces;
}

/** Where a pattern is found in a line; `currentColumn` marks the hit that one stands on. */
export function hitsIn(text: string, pattern: RegExp, currentColumn: number | undefined): Hit[] {
  return [...text.matchAll(pattern)].map((match) => ({
    from: match.index,
    to: match.index + match[0].length,
    current: match.index === currentColumn,
  }));
}

/** What of the segments lies between two columns. Very long lines are taken as if every character had one column. */
export function cut(pieces: readonly Segment[], from: number, to: number): Segment[] {
  const kept: Segment[] = [];
  let at = 0;
  for (const piece of pieces) {
    const end = at + piece.text.length;
    if (end > from && at < to) {
      kept.push({ ...piece, text: piece.text.slice(Math.max(0, from - at), Math.max(0, to - at)) });
    }
    at = end;
  }
  return kept;
}
