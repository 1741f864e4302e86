import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CHUNK_LINES } from './log-chunk.ts';
import { LogSearch } from './log-search.ts';
import { LogStore } from './log-store.ts';
import { LinePacker } from './packed-lines.ts';
import { RowLayout } from './row-layout.ts';

function storeOf(lines: readonly string[], batch = 500): LogStore {
  const store = new LogStore();
  const packer = new LinePacker();
  for (let i = 0; i < lines.length; i += batch) {
    store.append(packer.pack(lines.slice(i, i + batch).map((text, index) => ({ at: i + index, text }))));
  }
  return store;
}

const SOME_LINES = Array.from(
  { length: 2 * CHUNK_LINES + 100 },
  (_, i) => `line ${i}${i % 7 === 0 ? ' needle' : ''}`,
);

describe('LogStore', () => {
  it('gives every line back, in open and in sealed chunks', () => {
    const store = storeOf(SOME_LINES);
    expect(store.count).toBe(SOME_LINES.length);
    for (const index of [0, 1, CHUNK_LINES - 1, CHUNK_LINES, 2 * CHUNK_LINES, SOME_LINES.length - 1]) {
      expect(store.line(index)?.text).toBe(SOME_LINES[index]);
      expect(store.line(index)?.at).toBe(index);
    }
    expect(store.line(SOME_LINES.length)).toBeUndefined();
  });

  it('keeps colours with their lines after sealing', () => {
    const store = storeOf(SOME_LINES.map((line, i) => (i % 2 === 0 ? `\u001b[31m${line}\u001b[0m` : line)));
    expect(Array.from(store.line(10)?.spans ?? []).slice(0, 2)).toEqual([0, SOME_LINES[10]?.length]);
    expect(store.line(11)?.spans).toHaveLength(0);
    expect(store.line(2 * CHUNK_LINES + 2)?.spans).toHaveLength(3);
  });

  it('gives every line and colour back whatever the batches are', () => {
    const line = fc.constantFrom(
      '',
      'a',
      '\u001b[31mred',
      'x\u001b[1my\u001b[0mz',
      '漢字',
      'b'.repeat(400_000),
    );
    fc.assert(
      fc.property(fc.array(line, { maxLength: 12 }), fc.integer({ min: 1, max: 5 }), (lines, batch) => {
        const store = storeOf(lines, batch);
        const whole = new LinePacker().pack(lines.map((text) => ({ at: 0, text })));
        const texts = lines.length === 0 ? [] : whole.text.split('\n');
        expect(Array.from({ length: store.count }, (_, n) => store.line(n)?.text)).toEqual(texts);
        const spans = Array.from({ length: store.count }, (_, n) => [
          ...Array.from(store.line(n)?.spans ?? []),
        ]);
        expect(spans.flat()).toEqual([...whole.spans]);
      }),
      { numRuns: 30 },
    );
  });

  it('begins a new chunk early when lines are very long', () => {
    const store = storeOf(Array.from({ length: 30 }, (_, n) => `${n} ${'x'.repeat(1_000_000)}`));
    expect(store.chunks.length).toBeGreaterThan(5);
    expect(store.line(29)?.text.slice(0, 4)).toBe('29 x');
  });

  it('keeps no more than its limit and says that it is cut', () => {
    const store = new LogStore({ lines: 1000, characters: 1_000_000 });
    const lines = Array.from({ length: 600 }, () => ({ at: 0, text: 'line' }));
    for (let n = 0; n < 4; n++) store.append(new LinePacker().pack(lines));
    expect([store.count, store.cut]).toEqual([1200, true]);
  });
});

describe('LogSearch', () => {
  it('finds what a plain scan finds, whatever the batches and wherever it paused', () => {
    const line = fc.stringMatching(/^[abAB ]{0,6}$/);
    fc.assert(
      fc.property(
        fc.array(line, { maxLength: 200 }),
        fc.stringMatching(/^[abAB]{1,2}$/),
        fc.boolean(),
        (lines, text, caseSensitive) => {
          const store = new LogStore();
          const search = new LogSearch(store, { text, caseSensitive });
          for (const each of lines) {
            store.append(new LinePacker().pack([{ at: 0, text: each }]));
            search.advance(() => false);
          }
          const expected: [number, number][] = [];
          lines.forEach((each, index) => {
            const [hay, needle] = caseSensitive ? [each, text] : [each.toLowerCase(), text.toLowerCase()];
            for (let at = hay.indexOf(needle); at >= 0; at = hay.indexOf(needle, at + needle.length))
              expected.push([index, at]);
          });
          expect(search.lines.map((found, i) => [found, search.columns[i]])).toEqual(expected);
        },
      ),
    );
  });

  it('goes on over sealed chunks and finds the first match from a line', () => {
    const search = new LogSearch(storeOf(SOME_LINES), { text: 'NEEDLE', caseSensitive: false });
    search.advance(() => true);
    expect(search.complete).toBe(true);
    expect(search.count).toBe(SOME_LINES.filter((line) => line.includes('needle')).length);
    expect(search.lines[search.firstFrom(CHUNK_LINES)]).toBe(Math.ceil(CHUNK_LINES / 7) * 7);
  });

  it('takes special characters literally', () => {
    const search = new LogSearch(storeOf(['a.b', 'axb', '(a']), { text: '.', caseSensitive: true });
    search.advance(() => true);
    expect(search.lines).toEqual([0]);
  });
});

describe('RowLayout', () => {
  it('puts lines and rows in agreement when wrapping', () => {
    fc.assert(
      fc.property(
        fc.array(fc.nat(50), { minLength: 1, maxLength: 300 }),
        fc.integer({ min: 1, max: 20 }),
        (lengths, columns) => {
          const store = storeOf(lengths.map((length) => 'x'.repeat(length)));
          const layout = new RowLayout(store, columns);
          const rows = layout.rows;
          let expected = 0;
          lengths.forEach((length, line) => {
            const height = Math.max(1, Math.ceil(length / columns));
            expect(layout.rowAt(line)).toBe(expected);
            expect(layout.lineAt(expected)).toBe(line);
            expect(layout.lineAt(expected + height - 1)).toBe(line);
            expected += height;
          });
          expect(rows).toBe(expected);
        },
      ),
    );
  });

  it('takes in lines that come later, over chunk borders', () => {
    const store = storeOf(SOME_LINES.slice(0, 10));
    const layout = new RowLayout(store, 6);
    expect(layout.rows).toBeGreaterThan(10);
    store.append(new LinePacker().pack(SOME_LINES.slice(10).map((text) => ({ at: 0, text }))));
    const rows = layout.rows;
    const last = store.count - 1;
    expect(layout.rowAt(last) + layout.rowsOf(last)).toBe(rows);
    expect(layout.lineAt(layout.rowAt(CHUNK_LINES + 5))).toBe(CHUNK_LINES + 5);
  });

  it('counts wide characters as two columns', () => {
    const layout = new RowLayout(storeOf(['漢字漢字', 'abcd']), 4);
    expect([layout.rows, layout.rowsOf(0), layout.rowsOf(1)]).toEqual([3, 2, 1]);
  });
});
