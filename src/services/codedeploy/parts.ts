import type { Kernel } from '../../kernel/kernel.ts';
import type { IamRoom } from '../iam/index.ts';
import type { S3Room } from '../s3/index.ts';

/** What the room stands on. */
export interface CodeDeployParts {
  readonly kernel: Kernel;
  readonly s3: S3Room;
  readonly iam: Pick<IamRoom, 'roleExists' | 'issueSession'>;
}
