import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseAnsi } from './ansi.ts';
import { background, foreground, has, PLAIN } from './style.ts';

describe('parseAnsi', () => {
  it('leaves a plain line alone', () => {
    expect(parseAnsi('npm test', PLAIN)).toEqual({ text: 'npm test', spans: [], style: PLAIN });
  });

  it('keeps colours as spans over the plain text', () => {
    const line = parseAnsi('a \u001b[1;31mred\u001b[0m b', PLAIN);
    expect(line.text).toBe('a red b');
    const [start, end, style = 0] = line.spans;
    expect([start, end, foreground(style), has(style, 'bold')]).toEqual([2, 5, 1, true]);
    expect(line.style).toBe(PLAIN);
  });

  it('reads 256 colours, 24-bit colours and bright colours', () => {
    const style = (codes: string): number => parseAnsi(`\u001b[${codes}mx`, PLAIN).spans[2] ?? 0;
    expect(foreground(style('38;5;208'))).toBe(208);
    expect(background(style('48;2;255;0;0'))).toBe(196);
    expect(foreground(style('97'))).toBe(15);
    expect(has(style('38;5;1;4'), 'underline')).toBe(true);
  });

  it('carries a style into the next line', () => {
    const first = parseAnsi('\u001b[32mok', PLAIN);
    expect(parseAnsi('still green', first.style).spans).toEqual([0, 11, first.style]);
  });

  it('drops cursor moves, titles, links and stray control characters', () => {
    expect(parseAnsi('\u001b[2K\u001b]0;title\u0007\u001b]8;;http://x\u001b\\go\u0000', PLAIN).text).toBe(
      'go',
    );
  });

  it('shows what a progress bar left behind and expands tabs', () => {
    expect(parseAnsi('10%\r50%\r100%\r', PLAIN).text).toBe('100%');
    expect(parseAnsi('a\tb', PLAIN).text).toBe('a       b');
    expect(parseAnsi('\tb', PLAIN).text).toBe('        b');
  });

  it('never leaves an escape behind and keeps spans inside the text, in order', () => {
    const piece = fc.oneof(
      fc.string(),
      fc.constantFrom('\u001b[31m', '\u001b[0m', '\u001b[', '\u001b', '\u001b]x', '\r', '\t'),
    );
    fc.assert(
      fc.property(fc.array(piece), (pieces) => {
        const { text, spans } = parseAnsi(pieces.join(''), PLAIN);
        expect(text).not.toContain('\u001b[31m');
        let last = 0;
        for (let i = 0; i < spans.length; i += 3) {
          expect(spans[i]).toBeGreaterThanOrEqual(last);
          last = spans[i + 1] ?? 0;
          expect(last).toBeLessThanOrEqual(text.length);
        }
      }),
    );
  });
});
