import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { TEST_FORMATS } from '../model/buildspec/types.ts';
import { ReportError, type TestCaseRecord } from './cases.ts';
import { TEST_READERS } from './formats.ts';

/** `STATUS suite/prefix/name 1.5s: message` */
const short = (cases: readonly TestCaseRecord[]) =>
  cases.map(({ status, suite, prefix, name, durationNanoSeconds, message }) =>
    `${status} ${suite}/${prefix}/${name} ${durationNanoSeconds / 1e9}s: ${message.replaceAll('\n', ' | ')}`.trim(),
  );

test('CUCUMBERJSON: scenarios are cases, a background belongs to the scenario after it', () => {
  const step = (name: string, status: string, duration?: number, error_message?: string) => ({
    keyword: 'Given ',
    name,
    result: { status, duration, error_message },
  });
  const features = [
    {
      uri: 'features/cart.feature',
      name: 'Cart',
      elements: [
        { type: 'background', name: '', steps: [step('a shop', 'passed', 5e8)] },
        { type: 'scenario', name: 'buys', steps: [step('an item', 'passed', 1e9)] },
        { type: 'background', name: '', steps: [step('a shop', 'failed', 1e8, 'no shop')] },
        { type: 'scenario', name: 'returns', steps: [step('a receipt', 'skipped')] },
        {
          type: 'scenario_outline',
          name: 'pays',
          before: [{ result: { status: 'passed', duration: 1e8 } }],
          steps: [step('money', 'undefined')],
        },
        { type: 'scenario', name: 'is torn', steps: [step('two meanings', 'ambiguous')] },
        { type: 'scenario', name: 'is empty' },
      ],
    },
  ];
  expect(short(TEST_READERS.CUCUMBERJSON(JSON.stringify(features)))).toEqual([
    'SUCCEEDED Cart/features/cart.feature/buys 1.5s:',
    'FAILED Cart/features/cart.feature/returns 0.1s: Given a shop | no shop',
    'SKIPPED Cart/features/cart.feature/pays 0.1s:',
    'FAILED Cart/features/cart.feature/is torn 0s: Given two meanings',
    'SUCCEEDED Cart/features/cart.feature/is empty 0s:',
  ]);
});

test('NUNITXML: results of NUnit 2, with and without the attribute result', () => {
  const xml = `<?xml version="1.0" encoding="utf-8"?>
<test-results name="Shop.dll" total="5" failures="1">
  <environment nunit-version="2.6.4.0"/>
  <test-suite type="Assembly" name="Shop.dll" result="Failure"><results>
    <test-suite type="TestFixture" name="CartTests" result="Failure"><results>
      <test-case name="Shop.CartTests.Adds" executed="True" result="Success" success="True" time="0.250"/>
      <test-case name="Shop.CartTests.Divides(1.5, 2)" executed="True" result="Failure" success="False" time="0.1">
        <failure><message><![CDATA[Expected: 1]]></message><stack-trace><![CDATA[at Cart.cs:9]]></stack-trace></failure>
      </test-case>
      <test-case name="Shop.CartTests.Throws" executed="True" result="Error" success="False"><failure><message>boom</message></failure></test-case>
      <test-case name="Shop.CartTests.Later" executed="False" result="Ignored"><reason><message>not yet</message></reason></test-case>
      <test-case name="Old" executed="True" success="False"/>
    </results></test-suite>
  </results></test-suite>
</test-results>`;
  expect(short(TEST_READERS.NUNITXML(xml))).toEqual([
    'SUCCEEDED CartTests/Shop.CartTests/Adds 0.25s:',
    'FAILED CartTests/Shop.CartTests/Divides(1.5, 2) 0.1s: Expected: 1 | at Cart.cs:9',
    'ERROR CartTests/Shop.CartTests/Throws 0s: boom',
    'SKIPPED CartTests/Shop.CartTests/Later 0s: not yet',
    'FAILED CartTests//Old 0s:',
  ]);
});

test('NUNIT3XML: results and labels of NUnit 3', () => {
  const xml = `<test-run id="0" result="Failed"><command-line><![CDATA[dotnet test]]></command-line>
  <test-suite type="Assembly" name="Shop.dll"><test-suite type="TestFixture" name="CartTests" fullname="Shop.CartTests">
    <properties><property name="_PID" value="1"/></properties>
    <test-case name="Adds" fullname="Shop.CartTests.Adds" classname="Shop.CartTests" result="Passed" duration="1.5"/>
    <test-case name="Warns" classname="Shop.CartTests" result="Warning" duration="0"/>
    <test-case name="Divides" classname="Shop.CartTests" result="Failed"><failure><message>1 &lt; 2</message><stack-trace>at 9</stack-trace></failure></test-case>
    <test-case name="Throws" classname="Shop.CartTests" result="Failed" label="Error"><failure><message>boom</message></failure></test-case>
    <test-case name="Later" classname="Shop.CartTests" result="Skipped" label="Ignored"><reason><message>not yet</message></reason></test-case>
    <test-case name="Unclear" classname="Shop.CartTests" result="Inconclusive"/>
  </test-suite></test-suite></test-run>`;
  expect(short(TEST_READERS.NUNIT3XML(xml))).toEqual([
    'SUCCEEDED CartTests/Shop.CartTests/Adds 1.5s:',
    'SUCCEEDED CartTests/Shop.CartTests/Warns 0s:',
    'FAILED CartTests/Shop.CartTests/Divides 0s: 1 < 2 | at 9',
    'ERROR CartTests/Shop.CartTests/Throws 0s: boom',
    'SKIPPED CartTests/Shop.CartTests/Later 0s: not yet',
    'SKIPPED CartTests/Shop.CartTests/Unclear 0s:',
  ]);
});

test('TESTNGXML: methods of classes; what sets up is no test', () => {
  const xml = `<testng-results skipped="1" failed="1" total="3" passed="1">
  <suite name="Suite" duration-ms="3"><groups><group name="g"><method signature="x" name="m"/></group></groups>
   <test name="Smoke"><class name="shop.CartTest">
    <test-method is-config="true" status="PASS" name="setUp" duration-ms="9"/>
    <test-method status="PASS" name="adds" duration-ms="250"><reporter-output/></test-method>
    <test-method status="FAIL" name="divides" duration-ms="1"><params><param index="0"><value><![CDATA[0]]></value></param></params>
      <exception class="java.lang.AssertionError"><message><![CDATA[expected [1]]]></message><full-stacktrace><![CDATA[java.lang.AssertionError: expected [1]
at Cart.java:9]]></full-stacktrace></exception></test-method>
    <test-method status="SKIP" name="later" duration-ms="0"/>
   </class></test></suite></testng-results>`;
  expect(short(TEST_READERS.TESTNGXML(xml))).toEqual([
    'SUCCEEDED Smoke/shop.CartTest/adds 0.25s:',
    'FAILED Smoke/shop.CartTest/divides 0.001s: java.lang.AssertionError: expected [1] | at Cart.java:9',
    'SKIPPED Smoke/shop.CartTest/later 0s:',
  ]);
});

test('VISUALSTUDIOTRX: results with the classes of their definitions; rows of data are cases', () => {
  const xml = `<?xml version="1.0" encoding="UTF-8"?>
<TestRun id="1" name="nightly" xmlns="http://microsoft.com/schemas/VisualStudio/TeamTest/2010">
  <Results>
    <UnitTestResult testId="a" testName="Adds" outcome="Passed" duration="00:00:01.2500000"/>
    <UnitTestResult testId="b" testName="Divides" outcome="Failed" duration="01:01:00">
      <Output><StdOut>noise</StdOut><ErrorInfo><Message>Expected 1</Message><StackTrace>at Cart.cs:9</StackTrace></ErrorInfo></Output>
    </UnitTestResult>
    <UnitTestResult testId="c" testName="Rows" outcome="Failed" resultType="DataDrivenTest"><InnerResults>
      <UnitTestResult testId="c" testName="Rows (1)" outcome="Passed"/>
      <UnitTestResult testId="c" testName="Rows (2)" outcome="Error"/>
    </InnerResults></UnitTestResult>
    <UnitTestResult testId="d" testName="Later" outcome="NotExecuted"/>
    <UnitTestResult testId="e" testName="Silent"/>
  </Results>
  <TestDefinitions>
    <UnitTest id="a" name="Adds"><TestMethod className="Shop.CartTests, Shop, Version=1.0" name="Adds"/></UnitTest>
    <UnitTest id="b" name="Divides"><TestMethod className="Shop.CartTests" name="Divides"/></UnitTest>
  </TestDefinitions>
</TestRun>`;
  expect(short(TEST_READERS.VISUALSTUDIOTRX(xml))).toEqual([
    'SUCCEEDED nightly/Shop.CartTests/Adds 1.25s:',
    'FAILED nightly/Shop.CartTests/Divides 3660s: Expected 1 | at Cart.cs:9',
    'SUCCEEDED nightly//Rows (1) 0s:',
    'ERROR nightly//Rows (2) 0s:',
    'SKIPPED nightly//Later 0s:',
    'FAILED nightly//Silent 0s:',
  ]);
});

describe.each(TEST_FORMATS)('%s', (format) => {
  test.each([
    '',
    'plain',
    '[',
    '{}',
    '<a/>',
    '<test-run>',
    '<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]><test-run/>',
  ])('what is no such file is refused: %j', (text) => {
    expect(() => TEST_READERS[format](text)).toThrow(ReportError);
  });

  test('whatever the file holds: cases, or a ReportError', () => {
    const piece = fc.constantFrom(
      ...[
        '<test-run>',
        '<test-results>',
        '<testng-results>',
        '<TestRun>',
        '<testsuite>',
        '<test-case name="',
      ],
      ...[
        '<UnitTestResult>',
        '<test-method ',
        '"/>',
        '</test-run>',
        '</TestRun>',
        '[{"elements":[{',
        '}]}]',
        '1',
      ],
      ...['{"steps":[{"result":null}]}', '<failure>', '<![CDATA[', ']]>'],
    );
    fc.assert(
      fc.property(fc.array(fc.oneof(piece, fc.string(), fc.json()), { maxLength: 12 }), (parts) => {
        try {
          expect(Array.isArray(TEST_READERS[format](parts.join('')))).toBe(true);
        } catch (error) {
          expect(error).toBeInstanceOf(ReportError);
        }
      }),
      { numRuns: 200 },
    );
  });
});
