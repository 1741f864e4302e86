import type { PipelineDeclaration } from '@aws-sdk/client-codepipeline';
import { names } from './names.ts';

/** Source → build → approval → deployment. */
export function pipelineDeclaration(roleArn: string): PipelineDeclaration {
  return {
    name: names.pipeline,
    pipelineType: 'V2',
    roleArn,
    artifactStore: { type: 'S3', location: names.bucket },
    stages: [
      {
        name: names.stages.source,
        actions: [
          {
            name: 'Checkout',
            actionTypeId: { category: 'Source', owner: 'AWS', provider: 'CodeCommit', version: '1' },
            configuration: { RepositoryName: names.repository, BranchName: names.branch },
            outputArtifacts: [{ name: 'Source' }],
            namespace: 'SourceVariables',
          },
        ],
      },
      {
        name: names.stages.build,
        actions: [
          {
            name: 'Build',
            actionTypeId: { category: 'Build', owner: 'AWS', provider: 'CodeBuild', version: '1' },
            configuration: { ProjectName: names.project },
            inputArtifacts: [{ name: 'Source' }],
            outputArtifacts: [{ name: 'Bundle' }],
            namespace: 'BuildVariables',
          },
        ],
      },
      {
        name: names.stages.approve,
        actions: [
          {
            name: 'Release',
            actionTypeId: { category: 'Approval', owner: 'AWS', provider: 'Manual', version: '1' },
            configuration: { CustomData: 'Release version #{BuildVariables.VERSION} to production?' },
          },
        ],
      },
      {
        name: names.stages.deploy,
        actions: [
          {
            name: 'Deploy',
            actionTypeId: { category: 'Deploy', owner: 'AWS', provider: 'CodeDeploy', version: '1' },
            configuration: { ApplicationName: names.application, DeploymentGroupName: names.group },
            inputArtifacts: [{ name: 'Bundle' }],
          },
        ],
      },
    ],
  };
}
