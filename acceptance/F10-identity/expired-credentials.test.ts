import { CloudWatchClient, ListMetricsCommand } from '@aws-sdk/client-cloudwatch';
import { CodePipelineClient, ListPipelinesCommand } from '@aws-sdk/client-codepipeline';
import { LambdaClient, ListFunctionsCommand } from '@aws-sdk/client-lambda';
import { GetObjectCommand, ListBucketsCommand, S3Client } from '@aws-sdk/client-s3';
import { GetCallerIdentityCommand, GetSessionTokenCommand, STSClient } from '@aws-sdk/client-sts';
import { getSignedUrl } from '@aws-sdk/s3-request-presigner';
import { expect, test } from 'vitest';
import { describeEachDatabase } from '../../testkit/contracts/each-database.ts';
import { TEST_ACCOUNT } from '../../testkit/support/test-context.ts';
import { openTestStore, type TestStore } from '../../testkit/support/test-store.ts';

const SAID = 'The security token included in the request is expired';

/** As if its hour were over: sessions live on real time, which no test moves. */
async function endSession({ kernel }: TestStore, accessKeyId: string): Promise<void> {
  await kernel.database.transaction(async (tx) => {
    await tx.execute('update iam_sessions set expires_at = ? where access_key_id = ?', [
      kernel.clock.wall() - 1,
      accessKeyId,
    ]);
    kernel.changes.publish(tx, {
      topic: 'iam.credential',
      id: TEST_ACCOUNT,
      scope: { account: TEST_ACCOUNT, region: '-' },
      sequence: 0,
    });
  });
}

describeEachDatabase('temporary credentials past their end (F10)', (newPlace) => {
  test('are refused as expired, in the words of each protocol; unknown ones are not', async () => {
    await using place = await newPlace();
    await using store = await openTestStore(place);
    const { Credentials } = await new STSClient(store.client).send(new GetSessionTokenCommand({}));
    const credentials = {
      accessKeyId: Credentials?.AccessKeyId as string,
      secretAccessKey: Credentials?.SecretAccessKey as string,
      sessionToken: Credentials?.SessionToken as string,
    };
    const config = { ...store.client, credentials };
    const calls = {
      query: () => new STSClient(config).send(new GetCallerIdentityCommand({})),
      'rest-xml': () => new S3Client({ ...config, forcePathStyle: true }).send(new ListBucketsCommand({})),
      json: () => new CodePipelineClient(config).send(new ListPipelinesCommand({})),
      'rest-json': () => new LambdaClient(config).send(new ListFunctionsCommand({})),
      cbor: () => new CloudWatchClient(config).send(new ListMetricsCommand({})),
    };
    const refusal = async (call: () => Promise<unknown>) => {
      const error = (await call().then(
        () => expect.fail('refused'),
        (e: unknown) => e,
      )) as Error & {
        $metadata: { httpStatusCode: number };
      };
      return [error.name, error.$metadata.httpStatusCode, error.message];
    };

    await calls.query();
    await calls['rest-xml']();
    await endSession(store, credentials.accessKeyId);
    expect(await refusal(calls.query)).toEqual(['ExpiredToken', 403, SAID]);
    expect(await refusal(calls['rest-xml'])).toEqual([
      'ExpiredToken',
      400,
      'The provided token has expired.',
    ]);
    expect(await refusal(calls.json)).toEqual(['ExpiredTokenException', 400, SAID]);
    expect(await refusal(calls['rest-json'])).toEqual(['ExpiredTokenException', 403, SAID]);
    expect(await refusal(calls.cbor)).toEqual(['ExpiredTokenException', 400, SAID]);

    const url = await getSignedUrl(
      new S3Client({ ...config, forcePathStyle: true }),
      new GetObjectCommand({ Bucket: 'a-bucket', Key: 'k' }),
    );
    const answer = await fetch(url);
    expect(answer.status).toBe(400);
    expect(await answer.text()).toContain('<Code>ExpiredToken</Code>');

    // Whoever does not have the token learns nothing of the session.
    const guessed = { ...config, credentials: { ...credentials, sessionToken: 'another' } };
    expect((await refusal(() => new STSClient(guessed).send(new GetCallerIdentityCommand({}))))[0]).toBe(
      'InvalidClientTokenId',
    );
  });
});
