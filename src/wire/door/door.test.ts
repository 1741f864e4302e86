import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sendBytes } from '../../../testkit/support/raw-bytes.ts';
import { bareRoom, openTestDoor, type TestDoor } from '../../../testkit/support/test-door.ts';
import { openTestKernel, type TestKernel } from '../../../testkit/support/test-kernel.ts';
import { loadServiceModel, serviceIndex } from '../models/service-model.ts';
import { operation } from '../operation.ts';
import { HOST_PREFIXES } from './hosts.ts';
import { mergeOperations, unmodelledOperations } from './operations.ts';
import { errorType, jsonCall, rawCall } from './raw-client.test-support.ts';

let kernel: TestKernel;
let door: TestDoor;

beforeAll(async () => {
  kernel = await openTestKernel();
  const room = bareRoom({
    codepipeline: {
      ListPipelines: operation({ mutates: false, handler: async () => ({ pipelines: [] }) }),
    },
  });
  door = await openTestDoor(kernel, [room], {
    allowedHosts: ['pipewright.example'],
    native: [
      {
        prefix: '/_pipewright',
        async serve(request, response, requestId) {
          if (request.url === '/_pipewright/pass') return false;
          if (request.url === '/_pipewright/fault') throw new Error('secret detail');
          response.end(`native ${request.url} ${requestId === response.getHeader('x-amzn-requestid')}`);
          return true;
        },
      },
    ],
  });
});
afterAll(async () => {
  await door.close();
  await kernel[Symbol.asyncDispose]();
});

const askHost = (host: string) =>
  rawCall({ port: door.port, target: '/_pipewright/x', signed: false, headers: { host } });
const askTarget = async (target: string) => (await rawCall({ port: door.port, target, signed: false })).body;
const stsRoom = (name: string) =>
  bareRoom({ sts: { [name]: operation({ mutates: false, handler: async () => ({}) }) } });

const wire = (bytes: string) => sendBytes(door.port, bytes);

describe('hosts', () => {
  it('of this server are answered, strangers refused', async () => {
    for (const host of [
      'localhost',
      'localhost:1',
      '127.0.0.1',
      '[::1]:80',
      'Pipewright.Example:7300',
      's3.localhost',
    ])
      expect((await askHost(host)).body).toBe('native /_pipewright/x true');
    for (const host of ['evil.example', 'pipewright.example.evil', 'localhost.evil', '10.0.0.1', 'a b']) {
      const answer = await askHost(host);
      expect([answer.status, answer.headers['x-amzn-requestid']]).toEqual([403, expect.any(String)]);
      expect(answer.body).not.toContain('native');
    }
  });

  it('with the prefixes that SDKs put in front for some operations are this server too', async () => {
    const prefixes = new Set<string>();
    for (const { id } of serviceIndex.entries)
      for (const { hostPrefix } of (await loadServiceModel(id)).operations.values())
        if (hostPrefix !== undefined) prefixes.add(hostPrefix);
    // The one of S3 names a route of the caller's own (WriteGetObjectResponse).
    expect([...prefixes].toSorted()).toEqual([...HOST_PREFIXES, '{RequestRoute}.'].toSorted());
    for (const prefix of HOST_PREFIXES) {
      expect((await askHost(`${prefix}pipewright.example`)).body).toBe('native /_pipewright/x true');
      expect((await askHost(`${prefix}evil.example`)).status).toBe(403);
    }
  });

  it('are named once', async () => {
    for (const lines of ['', 'Host: localhost\r\nHost: localhost\r\n']) {
      const answer = await wire(`GET / HTTP/1.1\r\n${lines}Connection: close\r\n\r\n`);
      expect(answer).toMatch(/^HTTP\/1.1 400 [^]*x-amzn-requestid: [^]*exactly one Host/);
    }
    expect(await wire('GET / HTTP/1.0\r\n\r\n')).toMatch(/^HTTP\/1.1 400 /);
    expect(await wire('GET /_pipewright HTTP/1.0\r\nHost: localhost\r\n\r\n')).toContain('native');
  });

  it('of buckets lead to S3 and never to native routes', async () => {
    for (const host of ['bucket.localhost', 'a.bucket.pipewright.example', 'bucket.s3.localhost'])
      expect((await askHost(host)).body).toContain('<Code>AccessDenied</Code>');
  });
});

describe('native routes', () => {
  it('take what lies below their prefix, and may hand it on', async () => {
    expect(await askTarget('/_pipewright')).toBe('native /_pipewright true');
    expect(await askTarget('/_pipewright/a?b')).toBe('native /_pipewright/a?b true');
    for (const target of ['/_pipewrighter', '/x/../_pipewright/', '/%5fpipewright/', '/_pipewright/pass'])
      expect(await askTarget(target)).toContain('<Code>AccessDenied</Code>');
  });

  it('that fail tell nothing', async () => {
    const answer = await rawCall({ port: door.port, target: '/_pipewright/fault', signed: false });
    expect([answer.status, answer.body.includes('secret')]).toEqual([500, false]);
  });
});

describe('what cannot be served', () => {
  it('is refused by name', async () => {
    const unknown = await jsonCall(door.port, 'Nonsense', {});
    expect([unknown.status, errorType(unknown)]).toEqual([400, 'UnknownOperationException']);
    const foreignTarget = await jsonCall(
      door.port,
      'x',
      {},
      { headers: { 'x-amz-target': 'CodeBuild_20161006.ListBuilds' } },
    );
    expect(errorType(foreignTarget)).toBe('UnknownOperationException');
    const service = await jsonCall(
      door.port,
      'ListPipelines',
      {},
      { service: 'ec2', headers: { 'x-amz-target': 'E.X' } },
    );
    expect(JSON.parse(service.body)).toMatchObject({ __type: 'UnknownServiceException', message: /ec2/ });
    const unsigned = await jsonCall(door.port, 'ListPipelines', {}, { signed: false });
    expect(errorType(unsigned)).toBe('MissingAuthenticationTokenException');
    const garbage = await jsonCall(door.port, 'ListPipelines', {}, { body: '{"maxResults":' });
    expect(errorType(garbage)).toBe('SerializationException');
    for (const answer of [unknown, foreignTarget, service, unsigned, garbage])
      expect(answer.headers['x-amzn-requestid']).toMatch(/^[0-9a-f-]{36}$/);
  });

  it('includes a signature for another service', async () => {
    const answer = await jsonCall(
      door.port,
      'ListPipelines',
      {},
      {
        service: 'codebuild',
        tamper: (headers) => {
          const own = /Credential=[^,]+/
            .exec(headers['authorization'] ?? '')?.[0]
            .replace('codebuild', 'codepipeline');
          headers['authorization'] = (headers['authorization'] ?? '').replace(' ', ` ${own}, `);
        },
      },
    );
    expect(errorType(answer)).toBe('InvalidSignatureException');
  });

  it('includes targets that are no UTF-8', async () => {
    for (const key of ['%zz', '%ff', '%', 'a%c3'])
      expect(await askTarget(`/bucket/${key}`)).toContain('<Code>InvalidURI</Code>');
  });

  it('includes targets that only proxies use', async () => {
    const answer = await wire(
      'GET http://localhost/ HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n',
    );
    expect(answer).toMatch(/^HTTP\/1.1 400 /);
  });
});

const ask = (path: string, more = '') =>
  `GET /_pipewright/${path} HTTP/1.1\r\nHost: localhost\r\n${more}\r\n`;

describe('many requests on one connection', () => {
  it('are answered in their order, sent at once or one after another', async () => {
    const answer = await wire(ask('1') + ask('2') + ask('3', 'Connection: close\r\n'));
    expect([...answer.matchAll(/native \/_pipewright\/(\d)/g)].map((match) => match[1])).toEqual([
      '1',
      '2',
      '3',
    ]);
    const ids = [...answer.matchAll(/x-amzn-requestid: (\S+)/g)].map((match) => match[1]);
    expect(new Set(ids).size).toBe(3);
  });

  it('go on after one that was refused, when its body was read', async () => {
    const refused = 'POST /_pipewright/pass HTTP/1.1\r\nHost: localhost\r\nContent-Length: 4\r\n\r\nbody';
    expect(await wire(refused + ask('next', 'Connection: close\r\n'))).toMatch(
      /^HTTP\/1.1 4\d\d [^]*native \/_pipewright\/next/,
    );
  });
});

describe('the table of operations', () => {
  it('has no operation twice', () => {
    expect(() => mergeOperations([stsRoom('GetCallerIdentity'), stsRoom('GetCallerIdentity')])).toThrow(
      'two rooms answer sts:GetCallerIdentity',
    );
  });

  it('tells those that no model knows', async () => {
    expect(await unmodelledOperations([stsRoom('GetCallerIdentity'), stsRoom('Misspelt')])).toEqual([
      'sts:Misspelt',
    ]);
  });
});
