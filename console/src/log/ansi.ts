import { nearestPaletteEntry, PLAIN, type Style, withBackground, withFlag, withForeground } from './style.ts';

/** One line without its control sequences. `spans` holds triples: start, end (columns in `text`), style. */
export interface ParsedLine {
  readonly text: string;
  readonly spans: readonly number[];
  /** The style that goes on in the next line. */
  readonly style: Style;
}

const NO_SPANS: readonly number[] = [];
const ESC = '\u001b';
// Colours (CSI … m), other CSI, OSC up to BEL or ST, two-character escapes, and stray control characters.
/* oxlint-disable no-control-regex -- control sequences are what this reads */
const SEQUENCE =
  /\u001b\[([0-9;:]*)m|\u001b\[[0-?]*[ -/]*[@-~]|\u001b\][^\u0007\u001b]*(?:\u0007|\u001b\\)?|\u001b.|[\u0000-\u0008\u000b-\u001a\u001c-\u001f\u007f]/g;

/** Reads a line as a terminal would show it: colours kept, other control sequences dropped, the last `\r` wins. */
export function parseAnsi(raw: string, start: Style): ParsedLine {
  const line = expandTabs(afterLastReturn(raw));
  if (start === PLAIN && !line.includes(ESC) && !hasControl(line)) {
    return { text: line, spans: NO_SPANS, style: PLAIN };
  }
  const spans: number[] = [];
  let text = '';
  let style = start;
  let from = 0;
  const push = (piece: string): void => {
    if (piece === '') return;
    if (style !== PLAIN) spans.push(text.length, text.length + piece.length, style);
    text += piece;
  };
  for (const match of line.matchAll(SEQUENCE)) {
    push(line.slice(from, match.index));
    from = match.index + match[0].length;
    if (match[1] !== undefined) style = applySgr(style, match[1]);
  }
  push(line.slice(from));
  return { text, spans: spans.length === 0 ? NO_SPANS : spans, style };
}

function afterLastReturn(raw: string): string {
  const trimmed = raw.endsWith('\r') ? raw.slice(0, -1) : raw;
  const at = trimmed.lastIndexOf('\r');
  return at < 0 ? trimmed : trimmed.slice(at + 1);
}

function expandTabs(line: string): string {
  if (!line.includes('\t')) return line;
  const [first = '', ...rest] = line.split('\t');
  return rest.reduce((out, part) => out + ' '.repeat(8 - (out.length % 8)) + part, first);
}

function hasControl(line: string): boolean {
  for (let i = 0; i < line.length; i++) {
    const code = line.charCodeAt(i);
    if (code < 32 || code === 127) return true;
  }
  return false;
}

function applySgr(before: Style, parameters: string): Style {
  const codes = parameters.split(/[;:]/).map((part) => (part === '' ? 0 : Number(part)));
  let style = before;
  for (let i = 0; i < codes.length; i++) {
    const code = codes[i] ?? 0;
    if (code === 38 || code === 48) {
      const [colour, used] = extendedColour(codes, i + 1);
      style = code === 38 ? withForeground(style, colour) : withBackground(style, colour);
      i += used;
    } else {
      style = applyCode(style, code);
    }
  }
  return style;
}

function extendedColour(codes: readonly number[], at: number): [colour: number | undefined, used: number] {
  const value = (offset: number): number => Math.min(255, codes[at + offset] ?? 0);
  if (codes[at] === 5) return [value(1), 2];
  if (codes[at] === 2) return [nearestPaletteEntry(value(1), value(2), value(3)), 4];
  return [undefined, 1];
}

function applyCode(style: Style, code: number): Style {
  if (code === 0) return PLAIN;
  if (code === 1) return withFlag(style, 'bold', true);
  if (code === 2) return withFlag(style, 'dim', true);
  if (code === 3) return withFlag(style, 'italic', true);
  if (code === 4) return withFlag(style, 'underline', true);
  if (code === 7) return withFlag(style, 'inverse', true);
  if (code === 22) return withFlag(withFlag(style, 'bold', false), 'dim', false);
  if (code === 23) return withFlag(style, 'italic', false);
  if (code === 24) return withFlag(style, 'underline', false);
  if (code === 27) return withFlag(style, 'inverse', false);
  if (code >= 30 && code <= 37) return withForeground(style, code - 30);
  if (code === 39) return withForeground(style, undefined);
  if (code >= 40 && code <= 47) return withBackground(style, code - 40);
  if (code === 49) return withBackground(style, undefined);
  if (code >= 90 && code <= 97) return withForeground(style, code - 82);
  if (code >= 100 && code <= 107) return withBackground(style, code - 92);
  return style;
}
