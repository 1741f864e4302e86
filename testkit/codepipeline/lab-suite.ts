import { afterAll, beforeAll } from 'vitest';
import { openPipelineLab, type PipelineLab } from './pipeline-lab.ts';

/** One whole server for all tests of a file; what they share is made at the beginning. */
export function labForSuite(prepare: (lab: PipelineLab) => Promise<void> = async () => {}): PipelineLab {
  const suite = {} as PipelineLab;
  let opened: PipelineLab | undefined;
  beforeAll(async () => {
    opened = await openPipelineLab();
    Object.assign(suite, opened);
    await prepare(suite);
  });
  afterAll(() => opened?.[Symbol.asyncDispose]());
  return suite;
}

/** A repository `app` with one file, and a project `pass` whose builds do nothing. */
export async function appAndPass(lab: PipelineLab): Promise<void> {
  await lab.createRepository('app');
  await lab.push('app', { 'a.txt': 'a' });
  await lab.createProject('pass', 'version: 0.2\nphases: {build: {commands: ["true"]}}\n');
}
