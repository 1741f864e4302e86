import { expect, test } from 'vitest';
import { loadServiceModel, serviceIndex } from './service-model.ts';

test('a service is found by everything that may name it', () => {
  expect(serviceIndex.byId('events')?.signingNames).toEqual(['events']);
  expect(serviceIndex.bySigningName('monitoring')?.id).toBe('cloudwatch');
  expect(serviceIndex.bySigningName('s3express')?.id).toBe('s3');
  expect(serviceIndex.bySigningName('states')?.id).toBe('stepfunctions');
  expect(serviceIndex.byQueryVersion('2011-06-15')?.id).toBe('sts');
  expect(serviceIndex.byQueryVersion('2010-08-01')?.id).toBe('cloudwatch');
  expect(serviceIndex.byTarget('CodePipeline_20150709.ListPipelines')).toMatchObject({
    entry: { id: 'codepipeline' },
    operation: 'ListPipelines',
  });
});

test('clients spell the target of CodeStar Connections in two ways', () => {
  for (const prefix of ['com.amazonaws.codestar.connections.', '']) {
    const found = serviceIndex.byTarget(`${prefix}CodeStar_connections_20191201.GetConnection`);
    expect(found?.entry.id).toBe('codestar-connections');
  }
});

test('nothing is found by a name that nobody has', () => {
  expect(serviceIndex.bySigningName('constructor')).toBeUndefined();
  expect(serviceIndex.byTarget('NoDot')).toBeUndefined();
  expect(serviceIndex.byTarget('')).toBeUndefined();
});

test('no two services share a signing name, a target or a query version', () => {
  const queries = serviceIndex.entries.filter(({ protocols }) => protocols.includes('query'));
  for (const names of [
    serviceIndex.entries.flatMap((entry) => entry.signingNames),
    serviceIndex.entries.flatMap((entry) => entry.targetPrefixes),
    queries.map((entry) => entry.apiVersion),
  ]) {
    expect(new Set(names).size).toBe(names.length);
  }
});

test('a model is loaded once, an unknown one is an error', async () => {
  expect(loadServiceModel('sts')).toBe(loadServiceModel('sts'));
  await expect(loadServiceModel('nowhere')).rejects.toThrow('no model of nowhere');
});

test('an operation says what the door and the handlers must know of it', async () => {
  const s3 = await loadServiceModel('s3');
  expect(s3.operations.get('PutObject')?.streamingInput).toBe('Body');
  expect(s3.operations.get('GetObject')?.streamingOutput).toBe('Body');
  expect(s3.operations.get('ListObjectsV2')?.documentedIamAction).toBe('s3:ListBucket');
  expect(s3.operations.get('DeleteObject')?.http.responseCode).toBe(204);
  const sts = await loadServiceModel('sts');
  const unsigned = [...sts.operations.values()].filter((operation) => operation.unsigned);
  expect(unsigned.map(({ name }) => name)).toEqual(['AssumeRoleWithSAML', 'AssumeRoleWithWebIdentity']);
  const logs = await loadServiceModel('logs');
  expect(logs.operations.get('StartLiveTail')).toMatchObject({
    eventStreamOutput: 'responseStream',
    hostPrefix: 'stream-',
  });
  const pipelines = await loadServiceModel('codepipeline');
  expect(pipelines.operations.get('StartPipelineExecution')?.idempotencyToken).toBe('clientRequestToken');
});

test('an error is found by its name, else by its code', async () => {
  const sns = await loadServiceModel('sns');
  expect(sns.error('InvalidParameterException')).toMatchObject({ code: 'InvalidParameter', httpStatus: 400 });
  expect(sns.error('InvalidParameter')?.name).toBe('InvalidParameterException');
  const cloudwatch = await loadServiceModel('cloudwatch');
  expect(cloudwatch.error('ResourceNotFound')?.name).toBe('ResourceNotFound');
  expect((await loadServiceModel('codebuild')).error('Object')).toBeUndefined();
});
