import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { createOutputLines, LONGEST_LINE, type OutputLine } from './output-lines.ts';

const through = (pieces: readonly Uint8Array[], masks: readonly string[] = [], limit = Infinity) => {
  const lines = createOutputLines(masks, limit);
  return [...pieces.flatMap((piece) => lines.push(Buffer.from(piece))), ...lines.end()];
};
const texts = (lines: readonly OutputLine[]) => lines.map(({ text }) => text);
const bytes = (text: string) => Buffer.from(text);

test('lines of either kind, empty ones, and one without an end', () => {
  expect(texts(through([bytes('a\r\nb\n\n\nc\rd\ne')]))).toEqual(['a', 'b', '', '', 'c\rd', 'e']);
  expect(through([])).toEqual([]);
  expect(texts(through([bytes('a\n')]))).toEqual(['a']);
});

test('however the bytes are cut, the lines are the same', () => {
  const content = fc.array(
    fc.oneof(
      fc.uint8Array({ maxLength: 6 }),
      fc.constantFrom('\n', '\r\n', 'secret', 'ü€𝄞', '\0').map((text) => new Uint8Array(bytes(text))),
    ),
  );
  fc.assert(
    fc.property(content, fc.array(fc.nat(7)), fc.option(fc.nat(30)), (parts, cuts, limit) => {
      const whole = Buffer.concat(parts);
      const pieces: Buffer[] = [];
      let from = 0;
      for (const cut of cuts) pieces.push(whole.subarray(from, (from += cut)));
      pieces.push(whole.subarray(from));
      const bound = limit ?? Infinity;
      const expected = texts(through([whole], ['secret'], bound));
      expect(texts(through(pieces, ['secret'], bound))).toEqual(expected);
      expect(expected.join('\n')).not.toMatch(/secret|\0/);
    }),
    { numRuns: 1000 },
  );
});

test('what is no UTF-8 becomes a replacement, also when it is cut off by the end', () => {
  expect(
    texts(through([Buffer.from([0x61, 0xff, 0x00, 0xc3]), Buffer.from([0xbc, 0x0a, 0xe2, 0x82])])),
  ).toEqual(['a\uFFFD\uFFFDü', '\uFFFD']);
});

test('a long line is split between characters, and only its last part is whole', () => {
  const text = `${'x'.repeat(LONGEST_LINE - 1)}𝄞${'y'.repeat(LONGEST_LINE)}`;
  const lines = through([bytes(text.slice(0, 10)), bytes(`${text.slice(10)}\nnext\n`)]);
  // The line end came with the text, so that the writer of the log splits it.
  expect(texts(lines)).toEqual([text, 'next']);
  const growing = through([bytes(text), bytes('z\nnext\n')]);
  expect(growing.map(({ text: part, partial }) => [part.length, partial === true])).toEqual([
    [LONGEST_LINE - 1, true],
    [LONGEST_LINE, true],
    [3, false],
    [4, false],
  ]);
  expect(texts(growing).slice(0, 3).join('')).toBe(`${text}z`);
});

test('many small pieces without a line end cost no square', () => {
  const piece = bytes('.');
  const lines = createOutputLines(['secret'], Infinity);
  const parts: OutputLine[] = [];
  for (let i = 0; i < LONGEST_LINE * 2; i++) parts.push(...lines.push(piece));
  expect(texts([...parts, ...lines.end()]).join('')).toBe('.'.repeat(LONGEST_LINE * 2));
});

test('output up to the bound is kept whole, and what is beyond is named once', () => {
  expect(texts(through([bytes('12\n34\n')], [], 6))).toEqual(['12', '34']);
  const notice = 'pipewright: output beyond 4 bytes is dropped';
  expect(texts(through([bytes('12\n34\n'), bytes('more\n')], [], 4))).toEqual(['12', '3', notice]);
  expect(texts(through([bytes('12\n3'), bytes('x'), bytes('y')], [], 4))).toEqual(['12', '3', notice]);
  expect(texts(through([bytes('x')], [], 0))).toEqual(['pipewright: output beyond 0 bytes is dropped']);
});
