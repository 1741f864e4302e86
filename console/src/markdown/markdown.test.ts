import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parseBlocks } from './blocks.ts';
import { parseInline } from './inline.ts';

test('headings, paragraphs, lists, quotes, rules and code', () => {
  const text = [
    '# Shop #',
    'first line',
    'second line',
    '',
    '- fast',
    '- small',
    '  and tidy',
    '',
    '1. one',
    '2) two',
    '> said',
    '---',
    '```sh',
    '# not a heading',
    '```',
    'Under',
    '=====',
    'end',
  ].join('\n');
  expect(parseBlocks(text)).toEqual([
    { kind: 'heading', level: 1, text: 'Shop' },
    { kind: 'paragraph', text: 'first line\nsecond line' },
    { kind: 'list', ordered: false, items: ['fast', 'small\nand tidy'] },
    { kind: 'list', ordered: true, items: ['one', 'two'] },
    { kind: 'quote', text: 'said' },
    { kind: 'rule' },
    { kind: 'code', text: '# not a heading' },
    { kind: 'heading', level: 1, text: 'Under' },
    { kind: 'paragraph', text: 'end' },
  ]);
});

test('code, links, bold and italic; HTML and snake_case stay text', () => {
  expect(parseInline('a `b*c*` **d *e*** [f](https://x.y/z "t") <script> g_h_i ![logo](l.png)')).toEqual([
    { kind: 'text', text: 'a ' },
    { kind: 'code', text: 'b*c*' },
    { kind: 'text', text: ' ' },
    {
      kind: 'strong',
      parts: [
        { kind: 'text', text: 'd ' },
        { kind: 'emphasis', parts: [{ kind: 'text', text: 'e' }] },
      ],
    },
    { kind: 'text', text: ' ' },
    { kind: 'link', to: 'https://x.y/z', parts: [{ kind: 'text', text: 'f' }] },
    { kind: 'text', text: ' <script> g_h_i ' },
    { kind: 'text', text: 'logo' },
  ]);
});

test('whatever the text is, it is read to its end and no letter is made up', () => {
  const piece = fc.constantFrom(
    '*',
    '**',
    '_',
    '`',
    '[',
    '](',
    ')',
    '#',
    ' ',
    '\n',
    '- ',
    '> ',
    '```',
    'word',
    '<a>',
  );
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 60 }), (pieces) => {
      const source = pieces.join('');
      const words = (text: string): number => text.split('word').length - 1;
      const seen = JSON.stringify(parseBlocks(source).map((block) => block));
      expect(words(seen)).toBeLessThanOrEqual(words(source));
      expect(JSON.stringify(parseInline(source))).toBeTypeOf('string');
    }),
  );
});
