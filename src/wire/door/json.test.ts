import {
  CodePipelineClient,
  CreatePipelineCommand,
  GetPipelineCommand,
  ListPipelinesCommand,
  PipelineNotFoundException,
} from '@aws-sdk/client-codepipeline';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bareRoom, openTestDoor, type TestDoor } from '../../../testkit/support/test-door.ts';
import { openTestKernel, type TestKernel } from '../../../testkit/support/test-kernel.ts';
import { ApiError, DefinitionError } from '../../kernel/errors.ts';
import { operation, type RequestContext } from '../operation.ts';

let kernel: TestKernel;
let door: TestDoor;
let seen: RequestContext | undefined;

beforeAll(async () => {
  kernel = await openTestKernel();
  const room = bareRoom({
    codepipeline: {
      ListPipelines: operation({
        mutates: false,
        handler: async (_input, context) => {
          seen = context;
          return { pipelines: [{ name: 'one', version: 1, created: new Date(1_700_000_000_000) }] };
        },
      }),
      GetPipeline: operation({
        mutates: false,
        handler: async (input: { name: string }) => {
          if (input.name === 'fault') throw new TypeError('secret detail');
          if (input.name === 'broken')
            throw new DefinitionError([
              { severity: 'error', file: 'p.json', line: 3, column: 4, path: 'stages', message: 'first' },
              { severity: 'error', file: 'p.json', line: 5, column: 1, path: 'name', message: 'second' },
            ]);
          throw new ApiError('PipelineNotFoundException', `The pipeline ${input.name} was not found.`);
        },
      }),
    },
  });
  door = await openTestDoor(kernel, [room]);
});
afterAll(async () => {
  await door.close();
  await kernel[Symbol.asyncDispose]();
});

const client = (overrides: object = {}) => new CodePipelineClient({ ...door.client, ...overrides });
const failure = (promise: Promise<unknown>) =>
  promise.then(
    () => expect.unreachable('an error was expected'),
    (error: Error & { $metadata: { httpStatusCode?: number; requestId?: string } }) => error,
  );

describe('the JavaScript SDK against the door', () => {
  it('gets typed answers, and the handler its context', async () => {
    const { pipelines, $metadata } = await client().send(new ListPipelinesCommand({}));
    expect(pipelines).toEqual([{ name: 'one', version: 1, created: new Date(1_700_000_000_000) }]);
    expect($metadata.requestId).toBe(seen?.requestId);
    expect(seen).toMatchObject({
      scope: { account: '111111111111', region: 'us-east-1' },
      service: 'codepipeline',
      operation: 'ListPipelines',
      principal: { kind: 'root' },
    });
  });

  it('gets typed errors with the id of the request', async () => {
    const error = await failure(client().send(new GetPipelineCommand({ name: 'x' })));
    expect(error).toBeInstanceOf(PipelineNotFoundException);
    expect(error.message).toBe('The pipeline x was not found.');
    expect(error.$metadata.requestId).toMatch(/^[0-9a-f-]{36}$/);
  });

  it('sees every finding of a definition in the service’s own validation error', async () => {
    const error = await failure(client().send(new GetPipelineCommand({ name: 'broken' })));
    expect(error.name).toBe('ValidationException');
    expect(error.message).toBe('p.json:3:4: error: first\np.json:5:1: error: second');
  });

  it('sees nothing of a fault but its id', async () => {
    const error = await failure(client().send(new GetPipelineCommand({ name: 'fault' })));
    expect(error.name).toBe('InternalFailure');
    expect(error.$metadata.httpStatusCode).toBe(500);
    expect(error.message).toContain(error.$metadata.requestId);
    expect(JSON.stringify({ ...error, message: error.message })).not.toContain('secret detail');
  });

  it('is told what the model forbids, before the handler', async () => {
    const error = await failure(client().send(new GetPipelineCommand({ name: 'not a name!' })));
    expect(error.name).toBe('ValidationException');
    expect(error.message).toContain('failed to satisfy constraint');
  });

  it('is told by name what is not built, and does not try again', async () => {
    const sent = client({ maxAttempts: 3 }).send(new CreatePipelineCommand({ pipeline: undefined } as never));
    const error = await failure(sent);
    expect(error).toMatchObject({
      name: 'OperationNotBuilt',
      $metadata: { httpStatusCode: 400, attempts: 1 },
    });
    expect(error.message).toContain('CreatePipeline of the service codepipeline');
  });

  it('is refused with a wrong secret or an unknown key', async () => {
    const wrong = { accessKeyId: door.client.credentials.accessKeyId, secretAccessKey: 'wrong' };
    expect((await failure(client({ credentials: wrong }).send(new ListPipelinesCommand({})))).name).toBe(
      'InvalidSignatureException',
    );
    const unknown = { accessKeyId: 'AKIAUNKNOWN', secretAccessKey: 'wrong' };
    expect((await failure(client({ credentials: unknown }).send(new ListPipelinesCommand({})))).name).toBe(
      'UnrecognizedClientException',
    );
  });

  it('is refused with a clock that is off, and corrects itself by the Date of the answer', async () => {
    const skewed = client({ systemClockOffset: -20 * 60_000 });
    const error = await failure(skewed.send(new ListPipelinesCommand({})));
    expect(error.name).toBe('InvalidSignatureException');
    expect(error.message).toMatch(/^Signature expired: \d{8}T\d{6}Z is now earlier than/);
    const retrying = client({ systemClockOffset: -20 * 60_000, maxAttempts: 2 });
    expect((await retrying.send(new ListPipelinesCommand({}))).pipelines).toHaveLength(1);
  });
});
