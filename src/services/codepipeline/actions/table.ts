import type { Kernel } from '../../../kernel/kernel.ts';
import type { CodeBuildRoom } from '../../codebuild/index.ts';
import type { CodeCommitRoom } from '../../codecommit/index.ts';
import type { CodeDeployRoom } from '../../codedeploy/index.ts';
import type { S3Room } from '../../s3/index.ts';
import type { ActionTypeSpec } from '../model/action-type.ts';
import { type ActionTypeId, typeName } from '../model/definition.ts';
import { codeBuildAction, codeBuildType } from './codebuild.ts';
import { CODECOMMIT_SOURCE, codeCommitSource } from './codecommit-source.ts';
import { CODEDEPLOY, codeDeployAction } from './codedeploy.ts';
import { MANUAL_APPROVAL, manualApproval } from './manual-approval.ts';
import type { ActionProvider } from './provider.ts';
import { S3_DEPLOY, s3Deploy } from './s3-deploy.ts';
import { S3_SOURCE, s3Source } from './s3-source.ts';

export interface ActionDeps {
  readonly s3: S3Room;
  readonly codecommit: CodeCommitRoom;
  readonly codebuild: CodeBuildRoom;
  readonly codedeploy: CodeDeployRoom;
}

/** What is built, as plain data: enough to check a pipeline file without a server. */
export const ACTION_TYPES: readonly ActionTypeSpec[] = [
  CODECOMMIT_SOURCE,
  S3_SOURCE,
  codeBuildType('Build'),
  codeBuildType('Test'),
  S3_DEPLOY,
  CODEDEPLOY,
  MANUAL_APPROVAL,
];

/** Every kind of action that is built. A new one is a file beside these and a line in both lists. */
export function actionProviders(kernel: Kernel, deps: ActionDeps): readonly ActionProvider[] {
  const pageOf = (path: string) => `${kernel.endpoint()}/_pipewright/console/${path}`;
  return [
    codeCommitSource(deps),
    s3Source(deps),
    codeBuildAction('Build', { ...deps, pageOf }),
    codeBuildAction('Test', { ...deps, pageOf }),
    s3Deploy({ ...deps, dataDir: kernel.dataDir }),
    codeDeployAction({ ...deps, pageOf }),
    manualApproval(),
  ];
}

export function findProvider(
  providers: readonly ActionProvider[],
  type: ActionTypeId,
): ActionProvider | undefined {
  return providers.find((provider) => typeName(provider.spec.id) === typeName(type));
}
