import { ApiError } from '../../../kernel/errors.ts';
import type { CodeDeployRoom } from '../../codedeploy/index.ts';
import { type ActionTypeSpec, DAY } from '../model/action-type.ts';
import { ActionFailure, type ActionProvider, type SharedPlace } from './provider.ts';

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

interface CodeDeployDeps {
  readonly codedeploy: CodeDeployRoom;
  readonly pageOf: (path: string) => string;
}

const GROUP = 'codedeploy-group/';

/** Hands the artifact to a deployment group. Application and group are looked up when the action runs (B1.7). */
export function codeDeployAction(deps: CodeDeployDeps): ActionProvider {
  return {
    spec: CODEDEPLOY,
    place: deploymentGroup(deps),
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
        externalUrl: deploymentPage(deps, deploymentId),
      };
    },
    async stop({ scope, externalId }) {
      await deps.codedeploy.stopDeployment(scope, externalId, false);
    },
  };
}

/** A group takes one deployment at a time (D1.17). Its API refuses a second one; a pipeline waits for its turn. */
function deploymentGroup(deps: CodeDeployDeps): SharedPlace {
  const { codedeploy } = deps;
  return {
    async of({ scope, configuration }) {
      const application = configuration['ApplicationName'] ?? '';
      const id = await codedeploy.groupId(scope, application, configuration['DeploymentGroupName'] ?? '');
      return id === undefined ? undefined : { scope, id: `${GROUP}${id}` };
    },
    isTaken: (error) => error instanceof ApiError && error.code === 'DeploymentLimitExceededException',
    async look(tx, { scope, id }) {
      const group = await codedeploy.groupTurn(tx, scope, id.slice(GROUP.length));
      if (!group) return { free: true, text: 'a deployment group that was deleted' };
      const { applicationName, deploymentGroupName, activeDeployment } = group;
      const text = `deployment group ${deploymentGroupName} of application ${applicationName}`;
      if (activeDeployment === undefined) return { free: true, text };
      return {
        free: false,
        text: `${text}: deployment ${activeDeployment} is in progress`,
        url: deploymentPage(deps, activeDeployment),
      };
    },
    onFreed(listener) {
      codedeploy.onGroupFreed((tx, scope, groupId) => listener(tx, { scope, id: `${GROUP}${groupId}` }));
    },
  };
}

function deploymentPage({ pageOf }: CodeDeployDeps, deploymentId: string): string {
  return pageOf(`deployments/${encodeURIComponent(deploymentId)}`);
}
