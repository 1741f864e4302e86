import { type CSSProperties, memo } from 'react';
import type { LogStore } from '../../log/log-store.ts';
import { partInSight, rowsInSight } from '../../log/part.ts';
import type { RowLayout } from '../../log/row-layout.ts';
import { cut, hitsIn, segments } from '../../log/segments.ts';
import { LineText } from './line-text.tsx';

export const ROW = 20;

/** What the box shows, in rows and columns of the log. */
export interface Sight {
  readonly firstRow: number;
  readonly lastRow: number;
  readonly firstColumn: number;
  readonly lastColumn: number;
}

interface LogLinesProps {
  readonly store: LogStore;
  readonly layout: RowLayout;
  readonly from: number;
  readonly to: number;
  readonly sight: Sight;
  /** Added to a line's place in the content to get its place in the element. */
  readonly shift: number;
  readonly times: boolean;
  readonly pattern: RegExp | undefined;
  readonly current: { readonly line: number; readonly column: number } | undefined;
}

/** The lines in sight, each where its row is. */
export function LogLines(props: LogLinesProps) {
  const { store, layout, from, to, sight, shift, times, pattern, current } = props;
  const lines = [];
  for (let line = from; line <= to; line++) {
    const row = layout.rowAt(line);
    const columns = store.columnsOf(line);
    const part =
      layout.columns === undefined
        ? partInSight(columns, sight.firstColumn, sight.lastColumn)
        : rowsInSight(columns, layout.columns, sight.firstRow - row, sight.lastRow - row);
    lines.push(
      <LogLine
        key={line}
        store={store}
        line={line}
        top={row * ROW + shift}
        width={layout.columns}
        from={part?.from}
        to={part?.to}
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
  /** The columns to draw, all of them when not given. */
  readonly from: number | undefined;
  readonly to: number | undefined;
  readonly times: boolean;
  readonly pattern: RegExp | undefined;
  readonly column: number | undefined;
}

/** A line never changes once it is there, so only its place, its part in sight and its hits can make it draw again. */
const LogLine = memo(({ store, line, top, width, from, to, times, pattern, column }: LogLineProps) => {
  const stored = store.line(line);
  if (stored === undefined) return null;
  const hits = pattern === undefined ? [] : hitsIn(stored.text, pattern, column);
  const whole = segments(stored, hits);
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
      <span className="pw-log-text" style={textStyle(width, from)}>
        <LineText of={from === undefined || to === undefined ? whole : cut(whole, from, to)} />
      </span>
    </div>
  );
});
LogLine.displayName = 'LogLine';

/** Room for what is not drawn before the part in sight: rows above when wrapped, columns beside otherwise. */
function textStyle(width: number | undefined, from: number | undefined): CSSProperties | undefined {
  if (width === undefined) return from === undefined ? undefined : { paddingInlineStart: `${from}ch` };
  const above = from === undefined ? 0 : Math.ceil(from / width) * ROW;
  return { inlineSize: `${width}ch`, paddingBlockStart: above };
}
