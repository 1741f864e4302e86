import type { Build } from '@aws-sdk/client-codebuild';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { ApiError } from '../../../kernel/errors.ts';
import type { SecretReference } from '../index.ts';
import { type BuildHouse, openBuildHouse, ROLE } from './build-house.ts';

/** Stands for the rooms of Parameter Store and Secrets Manager. */
const STORE: Readonly<Record<string, string>> = {
  '/app/url': 'https://app.example',
  '/app/key': 'key with "quotes" and $dollars',
  'db:password': 'hunter2',
  'db:pem': '-----BEGIN-----\nq1w2e3r4\n-----END-----',
  empty: '',
};

let house: BuildHouse;
const asked: { roleArn: string; references: readonly SecretReference[] }[] = [];
beforeAll(async () => {
  house = await openBuildHouse({
    deps: {
      resolveSecrets: async (_scope, roleArn, references) => {
        asked.push({ roleArn, references });
        return references.map(({ reference }) => {
          const value = STORE[reference];
          if (value === undefined) throw new ApiError('ResourceNotFoundException', `no secret ${reference}`);
          return value;
        });
      },
    },
  });
  await house.makeRole();
});
afterAll(() => house[Symbol.asyncDispose]());

const failed = (build: Build) => build.phases?.find((phase) => phase.phaseStatus === 'FAILED');
const environment = (...environmentVariables: object[]) => ({
  environment: {
    type: 'LINUX_CONTAINER',
    image: 'aws/codebuild/standard:7.0',
    computeType: 'BUILD_GENERAL1_SMALL',
    environmentVariables,
  },
});

test('C1-S3, C1.5, C1.6: values of secrets reach the commands, and no log, export or API shows them', async () => {
  await house.makeProject(
    'secret',
    {
      version: 0.2,
      env: {
        'parameter-store': { URL: '/app/url', OVER: '/app/key' },
        'secrets-manager': { PASSWORD: 'db:password', EMPTY: 'empty' },
        'exported-variables': ['TOKEN', 'PLAIN'],
      },
      phases: {
        build: {
          commands: [
            'echo "$URL $OVER $PASSWORD [$EMPTY]"',
            'echo "$TOKEN"; printf %s "$PASSWORD" | wc -c; export PLAIN=plain',
            'test "$PASSWORD" = wrong # $PASSWORD',
          ],
        },
      },
    },
    environment(
      { name: 'TOKEN', value: 'db:pem', type: 'SECRETS_MANAGER' },
      { name: 'OVER', value: 'by the project', type: 'PLAINTEXT' },
    ),
  );
  const build = await house.ended(await house.start('secret'));
  expect(await house.output(build)).toEqual(['*** by the project *** []', '***', '***', '***', '7']);
  expect(asked.at(-1)).toEqual({
    roleArn: ROLE,
    references: [
      { variable: 'URL', kind: 'PARAMETER_STORE', reference: '/app/url' },
      { variable: 'PASSWORD', kind: 'SECRETS_MANAGER', reference: 'db:password' },
      { variable: 'EMPTY', kind: 'SECRETS_MANAGER', reference: 'empty' },
      { variable: 'TOKEN', kind: 'SECRETS_MANAGER', reference: 'db:pem' },
    ],
  });
  expect(build.exportedEnvironmentVariables).toEqual([{ name: 'PLAIN', value: 'plain' }]);
  const log = (await house.log(build)).join('\n');
  expect(log).toContain('TOKEN is a secret of the project: it is not exported.');
  expect(`${log}${JSON.stringify(build)}${JSON.stringify(house.events)}`).not.toMatch(/hunter2|q1w2e3r4/);
});

test('a start may name a secret in place of a plain value', async () => {
  await house.makeProject('start', {
    version: 0.2,
    env: { variables: { P: 'plain' } },
    phases: { build: { commands: ['echo "$P"'] } },
  });
  const environmentVariablesOverride = [{ name: 'P', value: 'db:password', type: 'SECRETS_MANAGER' }];
  const build = await house.ended(await house.start('start', { environmentVariablesOverride }));
  expect(await house.output(build)).toEqual(['***']);
});

test('a secret that is not there fails the build before anything runs, in the words of its service', async () => {
  await house.makeProject('missing', {
    version: 0.2,
    env: { 'secrets-manager': { P: 'nothing:here' } },
    phases: { build: { commands: ['echo never'] } },
  });
  const build = await house.ended(await house.start('missing'));
  expect(failed(build)).toMatchObject({
    phaseType: 'DOWNLOAD_SOURCE',
    contexts: [{ statusCode: 'ResourceNotFoundException', message: 'no secret nothing:here' }],
  });
  expect(await house.output(build)).toEqual([]);
});

test('without these services the build says which variables need them, before anything runs', async () => {
  await using bare = await openBuildHouse();
  await bare.makeRole();
  await bare.makeProject(
    'bare',
    {
      version: 0.2,
      env: { 'parameter-store': { URL: '/app/url' } },
      phases: { build: { commands: ['echo never'] } },
    },
    environment({ name: 'TOKEN', value: 'db:pem', type: 'SECRETS_MANAGER' }),
  );
  const build = await bare.ended(await bare.start('bare'));
  expect(build.buildStatus).toBe('FAILED');
  expect(failed(build)?.contexts?.[0]).toEqual({
    statusCode: 'SECRETS_NOT_AVAILABLE',
    message:
      'Parameter Store and Secrets Manager are not available yet on this server; the build names URL (/app/url), TOKEN (db:pem)',
  });
  expect(await bare.output(build)).toEqual([]);
});
