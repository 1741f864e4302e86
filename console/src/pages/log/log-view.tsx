import './log-view.css';
import {
  type CSSProperties,
  type RefObject,
  useEffect,
  useLayoutEffect,
  useMemo,
  useRef,
  useState,
} from 'react';
import { flushSync } from 'react-dom';
import { searchPattern } from '../../log/log-search.ts';
import type { LogStore } from '../../log/log-store.ts';
import { RowLayout } from '../../log/row-layout.ts';
import { greatestElementHeight, scrollScale } from '../../log/scroll-scale.ts';
import { LogLines, ROW } from './log-lines.tsx';
import { useGrowth } from './use-log.ts';
import type { Search } from './use-search.ts';
import { useViewport } from './use-viewport.ts';

const OVERSCAN = 12;
/** Margins of the line number (see the style sheet). */
const GUTTER = 22;
const TIME_COLUMNS = 13;

interface LogViewProps {
  readonly store: LogStore;
  readonly name: string;
  readonly wrap: boolean;
  readonly times: boolean;
  readonly following: boolean;
  readonly onFollowing: (following: boolean) => void;
  readonly search: Search;
}

/** Draws the lines in sight of a log of any length. */
export function LogView({ store, name, wrap, times, following, onFollowing, search }: LogViewProps) {
  useGrowth(store);
  const box = useRef<HTMLDivElement>(null);
  const viewport = useViewport(box);
  const [scroll, setScroll] = useState({ top: 0, left: 0 });
  const lastTop = useRef(0);
  const [maximum] = useState(() => greatestElementHeight(document));

  const digits = Math.max(3, String(store.count).length);
  const used = GUTTER + (digits + (times ? TIME_COLUMNS : 0)) * viewport.character;
  const columns = wrap
    ? Math.max(20, Math.floor((viewport.width - used) / viewport.character) - 1)
    : undefined;
  const layout = useMemo(() => new RowLayout(store, columns), [store, columns]);
  const contentHeight = layout.rows * ROW;
  const scale = scrollScale(contentHeight, viewport.height, maximum);
  // Whoever follows stands at the end: drawn there at once, not first where the end was before.
  const scrollTop = following ? Math.max(0, scale.elementHeight - viewport.height) : scroll.top;
  const contentTop = scale.toContent(scrollTop);
  const from = Math.max(0, layout.lineAt(contentTop / ROW) - OVERSCAN);
  const to = Math.min(
    store.count - 1,
    layout.lineAt(Math.ceil((contentTop + viewport.height) / ROW)) + OVERSCAN,
  );

  useLayoutEffect(() => {
    if (following && box.current !== null) box.current.scrollTop = scale.elementHeight;
  }, [following, scale.elementHeight, contentHeight]);
  useLayoutEffect(() => {
    if (!following && box.current !== null) setScroll(placeOf(box.current));
  }, [following]);

  const found = search.search;
  const term = found?.term;
  const pattern = useMemo(() => (term === undefined ? undefined : searchPattern(term)), [term]);
  const current =
    search.current < 0 || found === undefined
      ? undefined
      : { line: found.lines[search.current] ?? 0, column: found.columns[search.current] ?? 0 };
  useScrollTo(box, current, ({ line, column }) => {
    const row = layout.rowAt(line) + (layout.columns === undefined ? 0 : Math.floor(column / layout.columns));
    return {
      top: scale.toScroll(row * ROW - viewport.height / 2),
      left: layout.columns === undefined ? used + column * viewport.character : 0,
    };
  });

  const width = `calc(${store.widest + digits + (times ? TIME_COLUMNS : 0)}ch + ${GUTTER + 8}px)`;
  return (
    <div
      ref={box}
      className={wrap ? 'pw-log pw-log-wrapped' : 'pw-log'}
      style={{ '--pw-digits': digits } as CSSProperties}
      role="region"
      aria-label={name}
      tabIndex={0}
      onScroll={({ currentTarget: element }) => {
        const place = placeOf(element);
        const back = place.top < lastTop.current;
        lastTop.current = place.top;
        const atEnd = place.top + element.clientHeight >= element.scrollHeight - ROW;
        // What follows is drawn already.
        if (following && atEnd && place.left === scroll.left) return;
        // Drawn before the frame is shown: a quick scroll would otherwise show an empty box.
        flushSync(() => setScroll(place));
        // Only a move away from the end switches following off; growth alone does not move.
        if (atEnd !== following && (atEnd || back)) onFollowing(atEnd);
      }}
    >
      <div style={{ blockSize: scale.elementHeight, inlineSize: wrap ? '100%' : width }}>
        <LogLines
          store={store}
          layout={layout}
          from={from}
          to={to}
          sight={{
            firstRow: contentTop / ROW,
            lastRow: (contentTop + viewport.height) / ROW,
            firstColumn: scroll.left / viewport.character,
            lastColumn: (scroll.left + viewport.width) / viewport.character,
          }}
          shift={scrollTop - contentTop}
          times={times}
          pattern={pattern}
          current={current}
        />
      </div>
    </div>
  );
}

function placeOf(element: HTMLElement): { readonly top: number; readonly left: number } {
  return { top: element.scrollTop, left: element.scrollLeft };
}

interface Place {
  readonly line: number;
  readonly column: number;
}

/** Brings a place into sight when another one is chosen; sideways only as far as it must. */
function useScrollTo(
  box: RefObject<HTMLDivElement | null>,
  chosen: Place | undefined,
  scrollFor: (place: Place) => { readonly top: number; readonly left: number },
): void {
  const scroll = useRef(scrollFor);
  scroll.current = scrollFor;
  const { line, column } = chosen ?? {};
  useEffect(() => {
    const element = box.current;
    if (element === null || line === undefined || column === undefined) return;
    const { top, left } = scroll.current({ line, column });
    element.scrollTop = top;
    const room = element.clientWidth;
    if (left < room / 2) element.scrollLeft = 0;
    else if (left < element.scrollLeft + room / 8 || left > element.scrollLeft + (room * 3) / 4) {
      element.scrollLeft = left - room / 2;
    }
  }, [box, line, column]);
}
