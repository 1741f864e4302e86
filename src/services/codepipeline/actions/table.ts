import type { Kernel } from '../../../kernel/kernel.ts';
import type { CodeBuildRoom } from '../../codebuild/index.ts';
import type { CodeCommitRoom } from '../../codecommit/index.ts';
import type { CodeDeployRoom } from '../../codedeploy/index.ts';
import type { S3Room } from '../../s3/index.ts';
import { type ActionTypeId, typeName } from '../model/definition.ts';
import { codeBuildAction } from './codebuild.ts';
import { codeCommitSource } from './codecommit-source.ts';
import { codeDeployAction } from './codedeploy.ts';
import { manualApproval } from './manual-approval.ts';
import type { ActionProvider } from './provider.ts';
import { s3Deploy } from './s3-deploy.ts';
import { s3Source } from './s3-source.ts';

export interface ActionDeps {
  readonly s3: S3Room;
  readonly codecommit: CodeCommitRoom;
  readonly codebuild: CodeBuildRoom;
  readonly codedeploy: CodeDeployRoom;
}

/** Every kind of action that is built. A new one is a file beside these and a line here. */
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
