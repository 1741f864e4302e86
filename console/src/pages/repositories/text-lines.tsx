import './file-view.css';
import { useVirtualizer } from '@tanstack/react-virtual';
import { useRef } from 'react';

const ROW = 20;

export interface TextLine {
  /** What stands before the line. */
  readonly mark: string;
  readonly text: string;
  readonly tone?: 'added' | 'removed';
}

interface TextLinesProps {
  readonly lines: readonly TextLine[];
  readonly name: string;
}

/** Lines of text with marks before them; only those in sight are drawn. */
export function TextLines({ lines, name }: TextLinesProps) {
  const box = useRef<HTMLDivElement>(null);
  const rows = useVirtualizer({
    count: lines.length,
    getScrollElement: () => box.current,
    estimateSize: () => ROW,
    overscan: 20,
  });
  const widest = lines.reduce((width, line) => Math.max(width, line.text.length), 0);
  return (
    <div ref={box} className="pw-file" tabIndex={0} role="region" aria-label={name}>
      <div style={{ position: 'relative', blockSize: rows.getTotalSize(), minInlineSize: `${widest + 9}ch` }}>
        {rows.getVirtualItems().map(({ index, start }) => {
          const line = lines[index];
          const tone = line?.tone === undefined ? '' : ` pw-diff-${line.tone}`;
          return (
            <div key={index} className={`pw-file-line${tone}`} style={{ translate: `0 ${start}px` }}>
              <span className="pw-file-number" aria-hidden={line?.tone === undefined}>
                {line?.mark}
              </span>
              <span>{line?.text}</span>
            </div>
          );
        })}
      </div>
    </div>
  );
}
