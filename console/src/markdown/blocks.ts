/** A block of a Markdown text. Tables and HTML stay paragraphs of text. */
export type Block =
  | { readonly kind: 'heading'; readonly level: number; readonly text: string }
  | { readonly kind: 'paragraph' | 'quote' | 'code'; readonly text: string }
  | { readonly kind: 'list'; readonly ordered: boolean; readonly items: readonly string[] }
  | { readonly kind: 'rule' };

const FENCE = /^ {0,3}(```+|~~~+)/;
const HEADING = /^ {0,3}(#{1,6})\s+(.*?)(?:\s+#+)?\s*$/;
const RULE = /^ {0,3}(?:(?:-\s*){3,}|(?:\*\s*){3,}|(?:_\s*){3,})$/;
const ITEM = /^ {0,8}(?:[-*+]|(\d{1,9})[.)])\s+(.*)$/;
const QUOTE = /^ {0,3}>\s?(.*)$/;

/** Cuts a text into blocks, line by line. */
export function parseBlocks(source: string): Block[] {
  const lines = source.split(/\r?\n/);
  const blocks: Block[] = [];
  for (let at = 0; at < lines.length; ) {
    const line = lines[at] ?? '';
    const heading = HEADING.exec(line);
    if (line.trim() === '') at++;
    else if (FENCE.test(line)) at = takeCode(lines, at, blocks);
    else if (heading !== null) {
      blocks.push({ kind: 'heading', level: heading[1]?.length ?? 1, text: heading[2] ?? '' });
      at++;
    } else if (RULE.test(line)) {
      blocks.push({ kind: 'rule' });
      at++;
    } else if (QUOTE.test(line)) at = takeQuote(lines, at, blocks);
    else if (ITEM.test(line)) at = takeList(lines, at, blocks);
    else at = takeParagraph(lines, at, blocks);
  }
  return blocks;
}

function takeCode(lines: readonly string[], from: number, blocks: Block[]): number {
  const fence = FENCE.exec(lines[from] ?? '')?.[1] ?? '';
  let to = from + 1;
  while (to < lines.length && !(lines[to] ?? '').trim().startsWith(fence)) to++;
  blocks.push({ kind: 'code', text: lines.slice(from + 1, to).join('\n') });
  return to + 1;
}

function takeQuote(lines: readonly string[], from: number, blocks: Block[]): number {
  let to = from;
  const text: string[] = [];
  for (; to < lines.length; to++) {
    const match = QUOTE.exec(lines[to] ?? '');
    if (match === null) break;
    text.push(match[1] ?? '');
  }
  blocks.push({ kind: 'quote', text: text.join('\n') });
  return to;
}

function takeList(lines: readonly string[], from: number, blocks: Block[]): number {
  const ordered = ITEM.exec(lines[from] ?? '')?.[1] !== undefined;
  const items: string[] = [];
  let to = from;
  for (; to < lines.length; to++) {
    const line = lines[to] ?? '';
    const match = ITEM.exec(line);
    if (match !== null) items.push(match[2] ?? '');
    else if (line.trim() !== '' && /^\s/.test(line)) items.push(`${items.pop() ?? ''}\n${line.trim()}`);
    else break;
  }
  blocks.push({ kind: 'list', ordered, items });
  return to;
}

function takeParagraph(lines: readonly string[], from: number, blocks: Block[]): number {
  let to = from + 1;
  while (to < lines.length && !beginsBlock(lines[to] ?? '')) to++;
  const under = /^ {0,3}(=+|-+)\s*$/.exec(lines[to] ?? '')?.[1];
  const text = lines.slice(from, to).join('\n').trim();
  if (under !== undefined && to === from + 1) {
    blocks.push({ kind: 'heading', level: under.startsWith('=') ? 1 : 2, text });
    return to + 1;
  }
  blocks.push({ kind: 'paragraph', text });
  return to;
}

function beginsBlock(line: string): boolean {
  return (
    line.trim() === '' ||
    /^ {0,3}=+\s*$/.test(line) ||
    [FENCE, HEADING, RULE, QUOTE, ITEM].some((begin) => begin.test(line))
  );
}
