import type { Kernel } from '../../kernel/kernel.ts';
import type { S3Room } from './face.ts';
import { objectsFace, type SigningKeyOf } from './objects-face.ts';
import { s3Operations } from './operations/index.ts';
import { uploadsRule } from './retention.ts';
import { s3Migrations } from './tables.ts';
import { collectTask, enqueueCollection } from './tasks.ts';

export type { ObjectAddress, ObjectInfo, S3Room } from './face.ts';

export interface S3Deps {
  /** The IAM room; without it `presignGet` is refused. */
  readonly iam?: { readonly ensureAccount: SigningKeyOf };
}

/** The room of buckets and objects. */
export function createS3Room(kernel: Kernel, { iam }: S3Deps = {}): S3Room {
  return {
    name: 's3',
    migrations: s3Migrations,
    aggregates: [],
    tasks: [collectTask(kernel)],
    retention: [uploadsRule(kernel)],
    operations: { s3: s3Operations(kernel) },
    async start() {
      await kernel.database.transaction((tx) => enqueueCollection(kernel, tx));
    },
    ...objectsFace(kernel, iam?.ensureAccount),
  };
}
