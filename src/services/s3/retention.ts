import type { Kernel } from '../../kernel/kernel.ts';
import type { RetentionRule } from '../../kernel/retention/port.ts';
import { removeParts } from './store/parts.ts';
import type { UploadRow } from './tables.ts';

/** Uploads end one in a transaction: each may have ten thousand parts. Their bytes go to the collector. */
const AT_ONCE = 20;

/** Uploads that nobody completed, counted from their beginning as AWS's lifecycle rule does. */
export function uploadsRule({ database }: Pick<Kernel, 'database'>): RetentionRule {
  return {
    name: 's3.uploads',
    keeps: 'uploads',
    async removeBatch({ before }) {
      const old = await database.read.query<Pick<UploadRow, 'account' | 'region' | 'id'>>(
        `select account, region, id from s3_uploads where created_at < ? order by account, region, id limit ${AT_ONCE}`,
        [before],
      );
      let removed = 0;
      for (const { account, region, id } of old) {
        removed += await database.transaction(async (tx) => {
          const found = await tx.execute(
            'delete from s3_uploads where account = ? and region = ? and id = ?',
            [account, region, id],
          );
          // Completed or ended by its owner meanwhile: the parts are those of an object then.
          if (found > 0) await removeParts(tx, { account, region, owner: id });
          return found;
        });
      }
      return { removed, next: old.length < AT_ONCE ? undefined : [] };
    },
  };
}
