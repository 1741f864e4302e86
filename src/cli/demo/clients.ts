import { CodeBuildClient } from '@aws-sdk/client-codebuild';
import { CodeCommitClient } from '@aws-sdk/client-codecommit';
import { CodeDeployClient } from '@aws-sdk/client-codedeploy';
import { CodePipelineClient } from '@aws-sdk/client-codepipeline';
import { IAMClient } from '@aws-sdk/client-iam';
import { S3Client } from '@aws-sdk/client-s3';
import type { Connection } from '../client/connection.ts';

export type DemoClients = ReturnType<typeof createClients>;

/** The same clients, unchanged, that anybody's script would use. */
export function createClients(connection: Connection) {
  return {
    iam: new IAMClient(connection),
    s3: new S3Client({ ...connection, forcePathStyle: true }),
    codecommit: new CodeCommitClient(connection),
    codebuild: new CodeBuildClient(connection),
    codedeploy: new CodeDeployClient(connection),
    codepipeline: new CodePipelineClient(connection),
  };
}
