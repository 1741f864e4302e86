import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { ReportError } from './cases.ts';
import { parseJUnit } from './junit.ts';
import { statusOf, summarise, summaryLine } from './summary.ts';

test('reads suites in suites, every outcome, times and messages', () => {
  const cases = parseJUnit(`<?xml version="1.0"?>
<testsuites>
  <testsuite name="outer">
    <testcase classname="a.B" name="passes" time="1.25"/>
    <testsuite name="inner">
      <testcase classname="a.C" name="fails" time="0.001"><failure message="1 &lt; 0">at line&#x20;3</failure></testcase>
      <testcase name="breaks"><error><![CDATA[<boom> &amp;]]></error></testcase>
      <testcase name="skips"><skipped message="later"/></testcase>
    </testsuite>
  </testsuite>
  <testsuite><testcase name="&quot;bare&#34;" time="1,234.5"><system-out>noise</system-out></testcase></testsuite>
</testsuites>`);
  expect(cases).toEqual([
    {
      name: 'passes',
      prefix: 'a.B',
      suite: 'outer',
      status: 'SUCCEEDED',
      durationNanoSeconds: 1.25e9,
      message: '',
    },
    {
      name: 'fails',
      prefix: 'a.C',
      suite: 'inner',
      status: 'FAILED',
      durationNanoSeconds: 1e6,
      message: '1 < 0\nat line 3',
    },
    {
      name: 'breaks',
      prefix: '',
      suite: 'inner',
      status: 'ERROR',
      durationNanoSeconds: 0,
      message: '<boom> &amp;',
    },
    {
      name: 'skips',
      prefix: '',
      suite: 'inner',
      status: 'SKIPPED',
      durationNanoSeconds: 0,
      message: 'later',
    },
    {
      name: '"bare"',
      prefix: '',
      suite: '',
      status: 'SUCCEEDED',
      durationNanoSeconds: 1.2345e12,
      message: '',
    },
  ]);
  const summary = summarise(cases);
  expect(summary).toMatchObject({
    total: 5,
    counts: { SUCCEEDED: 2, FAILED: 1, ERROR: 1, SKIPPED: 1, UNKNOWN: 0 },
  });
  expect(statusOf(summary)).toBe('FAILED');
});

test('C5 numbers: 21 passed, 1 error, 1 failed of 23 are 91.3 %', () => {
  const xml = `<testsuite>${'<testcase name="p"/>'.repeat(21)}<testcase name="e"><error/></testcase><testcase name="f"><failure/></testcase></testsuite>`;
  expect(summaryLine(summarise(parseJUnit(xml)))).toBe('23 tests: 21 passed, 1 failed, 1 in error (91.3 %)');
});

test.each([
  ['', 'not'],
  ['plain text', 'not'],
  ['<testsuite>', 'not valid XML'],
  ['<html/>', 'not a JUnit file'],
  ['<!DOCTYPE x [<!ENTITY a "b">]><testsuite name="&a;"/>', 'XML entities'],
  ['<!DOCTYPE x [<!ENTITY % a SYSTEM "file:///etc/passwd">]><testsuite/>', 'XML entities'],
  [`${'<testsuite>'.repeat(500)}${'</testsuite>'.repeat(500)}`, 'nested'],
  [`${'<testsuite>'.repeat(80)}${'</testsuite>'.repeat(80)}`, 'nested too deeply'],
])('refuses %#', (xml, words) => {
  expect(() => parseJUnit(xml)).toThrow(ReportError);
  expect(() => parseJUnit(xml)).toThrow(words);
});

test('whatever the file holds: cases, or a ReportError', () => {
  const piece = fc.constantFrom(
    '<testsuite>',
    '</testsuite>',
    '<testcase name="',
    '"/>',
    '<![CDATA[',
    ']]>',
    '&#1;',
    '&lt;',
    '<',
    '>',
  );
  fc.assert(
    fc.property(fc.array(fc.oneof(piece, fc.string()), { maxLength: 20 }), (parts) => {
      try {
        expect(Array.isArray(parseJUnit(parts.join('')))).toBe(true);
      } catch (error) {
        expect(error).toBeInstanceOf(ReportError);
      }
    }),
  );
});
