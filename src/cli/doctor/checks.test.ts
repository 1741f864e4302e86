import { expect, test } from 'vitest';
import { describeAwsCli } from './checks.ts';

test('says which aws CLIs have to be told the endpoint', () => {
  for (const heeds of [
    'aws-cli/2.13.0',
    'aws-cli/2.31.4',
    'aws-cli/1.29.0',
    'aws-cli/1.45.11',
    'aws-cli/3.0.0',
  ])
    expect(describeAwsCli(heeds)).toBe(heeds);
  for (const old of ['aws-cli/2.9.19', 'aws-cli/2.12.9', 'aws-cli/1.28.99'])
    expect(describeAwsCli(old)).toMatch(
      new RegExp(`^${old} does not heed AWS_ENDPOINT_URL: .*pipewright env`),
    );
});
