import { memo } from 'react';
import type { LogStore } from '../../log/log-store.ts';
import type { RowLayout } from '../../log/row-layout.ts';
import { hitsIn, segments } from '../../log/segments.ts';
import { LineText } from './line-text.tsx';

export const ROW = 20;

interface LogLinesProps {
  readonly store: LogStore;
  readonly layout: RowLayout;
  readonly from: number;
  readonly to: number;
  /** Added to a line's place in the content to get its place in the element. */
  readonly shift: number;
  readonly times: boolean;
  readonly pattern: RegExp | undefined;
  readonly current: { readonly line: number; readonly column: number } | undefined;
}

/** The lines in sight, each where its row is. */
export function LogLines({ store, layout, from, to, shift, times, pattern, current }: LogLinesProps) {
  const lines = [];
  for (let line = from; line <= to; line++) {
    lines.push(
      <LogLine
        key={line}
        store={store}
        line={line}
        top={layout.rowAt(line) * ROW + shift}
        width={layout.columns}
        times={times}
        pattern={pattern}
        column={current?.line === line ? current.column : undefined}
      />,
    );
  }
  return lines;
}

interface LogLineProps {
  readonly store: LogStore;
  readonly line: number;
  readonly top: number;
  readonly width: number | undefined;
  readonly times: boolean;
  readonly pattern: RegExp | undefined;
  readonly column: number | undefined;
}

/** A line never changes once it is there, so only its place and its hits can make it draw again. */
const LogLine = memo(({ store, line, top, width, times, pattern, column }: LogLineProps) => {
  const stored = store.line(line);
  if (stored === undefined) return null;
  const hits = pattern === undefined ? [] : hitsIn(stored.text, pattern, column);
  return (
    <div
      className={column === undefined ? 'pw-log-line' : 'pw-log-line pw-log-marked'}
      style={{ insetBlockStart: top }}
      data-line={line + 1}
    >
      <span className="pw-log-number" aria-hidden="true">
        {line + 1}
      </span>
      {times ? <span className="pw-log-time">{new Date(stored.at).toISOString().slice(11, 23)}</span> : null}
      <span className="pw-log-text" style={width === undefined ? undefined : { inlineSize: `${width}ch` }}>
        <LineText of={segments(stored, hits)} />
      </span>
    </div>
  );
});
LogLine.displayName = 'LogLine';
