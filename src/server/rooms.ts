import type { Config } from '../kernel/config/schema.ts';
import type { Kernel } from '../kernel/kernel.ts';
import { createCodeBuildRoom } from '../services/codebuild/index.ts';
import { createCodeCommitRoom, createGitAuthenticator } from '../services/codecommit/index.ts';
import { createCodeDeployRoom } from '../services/codedeploy/index.ts';
import { createCodePipelineRoom } from '../services/codepipeline/index.ts';
import { createEventsRoom } from '../services/events/index.ts';
import { createIamRoom } from '../services/iam/index.ts';
import { createLogsRoom } from '../services/logs/index.ts';
import { createS3Room } from '../services/s3/index.ts';
import { createStsRoom } from '../services/sts/index.ts';

/** Every room of the house, each given the faces it stands on. Order: who stands on whom. */
export function createRooms(kernel: Kernel, config: Config) {
  const iam = createIamRoom(kernel);
  const sts = createStsRoom(kernel, { iam });
  const s3 = createS3Room(kernel, { iam });
  const logs = createLogsRoom(kernel);
  const events = createEventsRoom(kernel);
  const codecommit = createCodeCommitRoom(kernel, {
    authenticate: createGitAuthenticator({ iam }),
    defaultScope: { account: config.account, region: config.region },
  });
  const codebuild = createCodeBuildRoom(kernel, {
    s3,
    codecommit,
    logs,
    iam,
    events,
    concurrentBuilds: config.maxConcurrentBuilds,
    mounts: config.buildMounts,
  });
  const codedeploy = createCodeDeployRoom(kernel, { s3, iam });
  const codepipeline = createCodePipelineRoom(kernel, { s3, codecommit, codebuild, codedeploy, events, iam });
  return { iam, sts, s3, logs, events, codecommit, codebuild, codedeploy, codepipeline };
}

export type Rooms = ReturnType<typeof createRooms>;
