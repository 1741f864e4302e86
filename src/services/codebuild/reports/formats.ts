import type { TestFormat } from '../model/buildspec/types.ts';
import type { TestCaseRecord } from './cases.ts';
import { parseCucumber } from './cucumber.ts';
import { parseJUnit } from './junit.ts';
import { parseNUnit2, parseNUnit3 } from './nunit.ts';
import { parseTestNG } from './testng.ts';
import { parseTrx } from './trx.ts';

/** Who reads the files of which format (C5.2). They throw a `ReportError` that says what is wrong with a file. */
export const TEST_READERS: Readonly<Record<TestFormat, (text: string) => readonly TestCaseRecord[]>> = {
  JUNITXML: parseJUnit,
  CUCUMBERJSON: parseCucumber,
  NUNITXML: parseNUnit2,
  NUNIT3XML: parseNUnit3,
  TESTNGXML: parseTestNG,
  VISUALSTUDIOTRX: parseTrx,
};
