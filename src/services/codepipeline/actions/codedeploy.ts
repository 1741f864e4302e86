import type { CodeDeployRoom } from '../../codedeploy/index.ts';
import { type ActionTypeSpec, DAY } from '../model/action-type.ts';
import { ActionFailure, type ActionProvider } from './provider.ts';

export const CODEDEPLOY: ActionTypeSpec = {
  id: { category: 'Deploy', owner: 'AWS', provider: 'CodeDeploy', version: '1' },
  configuration: [
    { name: 'ApplicationName', required: true, description: 'The application' },
    { name: 'DeploymentGroupName', required: true, description: 'The deployment group' },
  ],
  inputs: { min: 1, max: 1 },
  outputs: { min: 0, max: 0 },
  timeoutMs: 5 * DAY,
};

/** Hands the artifact to a deployment group. Application and group are looked up when the action runs (B1.7). */
export function codeDeployAction(deps: {
  readonly codedeploy: CodeDeployRoom;
  readonly pageOf: (path: string) => string;
}): ActionProvider {
  return {
    spec: CODEDEPLOY,
    async start(job) {
      const [input] = job.inputs;
      if (!input) throw new ActionFailure('ConfigurationError', 'The action has no input artifact');
      const { deploymentId } = await deps.codedeploy.createDeployment(job.scope, {
        key: job.key,
        applicationName: job.configuration['ApplicationName'] ?? '',
        deploymentGroupName: job.configuration['DeploymentGroupName'] ?? '',
        bucket: input.bucket,
        objectKey: input.key,
        versionId: undefined,
        eTag: undefined,
        description: `Pipeline ${job.pipelineName}, execution ${job.executionId}`,
        replyTo: job.replyTo,
      });
      return {
        kind: 'started',
        externalId: deploymentId,
        externalUrl: deps.pageOf(`deployments/${encodeURIComponent(deploymentId)}`),
      };
    },
    async stop({ scope, externalId }) {
      await deps.codedeploy.stopDeployment(scope, externalId, false);
    },
  };
}
