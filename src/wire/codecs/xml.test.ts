import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { escapeXml } from './xml-encode.ts';
import { parseXml } from './xml-parse.ts';

test('elements, attributes, text, CDATA, comments and prefixes', () => {
  const root = parseXml(
    '\ufeff<?xml version="1.0"?>\n<!-- c --><a:b x:y="1 &amp; 2" z=\'3\'>t&lt;<![CDATA[<&]]><c/><!-- d --><c>é&#x1F680;&#10;</c></a:b>\n',
  );
  expect(root.name).toBe('b');
  expect([...root.attributes]).toEqual([
    ['x:y', '1 & 2'],
    ['z', '3'],
  ]);
  expect(root.text).toBe('t<<&');
  expect(root.children.map(({ name, text }) => [name, text])).toEqual([
    ['c', ''],
    ['c', 'é\u{1F680}\n'],
  ]);
});

test.each([
  ['<!DOCTYPE a [<!ENTITY x "y">]><a>&x;</a>', 'document types are not accepted'],
  ['<a>&x;</a>', 'unknown entity &x;'],
  ['<a>&#0;</a>', 'unknown entity'],
  ['<a>& b</a>', 'unknown entity'],
  ['<a><b></a>', 'unexpected end of a'],
  ['<a>', 'the document ends too early'],
  ['', 'the document ends too early'],
  ['<a/><b/>', 'more than one root element'],
  ['text<a/>', 'text outside of the root element'],
  ['<a b=1/>', 'unexpected character'],
  ['<a b="1"c="2"/>', 'broken tag a'],
  ['<a><!-- </a>', '--> is missing'],
  ['<a>'.repeat(5000), 'nested deeper than 100 levels'],
])('%.40s is refused', (xml, reason) => {
  expect(() => parseXml(xml)).toThrow(`The XML is not well-formed: ${reason}`);
});

test('any text survives, except what XML has no form for', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      const wanted = text.replaceAll(/[^\t\n\r\u0020-\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]/gu, '\ufffd');
      expect(parseXml(`<a b="${escapeXml(text)}">${escapeXml(text)}</a>`).text).toBe(wanted);
    }),
  );
});
