import * as logs from '@aws-sdk/client-cloudwatch-logs';
import * as codebuild from '@aws-sdk/client-codebuild';
import * as codecommit from '@aws-sdk/client-codecommit';
import * as codedeploy from '@aws-sdk/client-codedeploy';
import * as codepipeline from '@aws-sdk/client-codepipeline';
import type { Connection } from '../../src/cli/client/connection.ts';
import type { Call } from './resources.ts';

interface Client {
  send(command: unknown): Promise<unknown>;
}

type Sdk = Readonly<Record<string, new (input: object) => unknown>>;

/** Any operation of a running server by its name, through the clients that anybody uses. */
export function sdkCaller(connection: Connection): Call {
  const services: Readonly<Record<string, readonly [Client, unknown]>> = {
    codebuild: [new codebuild.CodeBuildClient(connection) as Client, codebuild],
    codecommit: [new codecommit.CodeCommitClient(connection) as Client, codecommit],
    codedeploy: [new codedeploy.CodeDeployClient(connection) as Client, codedeploy],
    logs: [new logs.CloudWatchLogsClient(connection) as Client, logs],
    codepipeline: [new codepipeline.CodePipelineClient(connection) as Client, codepipeline],
  };
  return async (service, operation, input) => {
    const [client, sdk] = services[service] ?? [];
    const Command = (sdk as Sdk | undefined)?.[`${operation}Command`];
    if (!client || !Command) throw new Error(`no client knows ${service}:${operation}`);
    return (await client.send(new Command(input))) as never;
  };
}
