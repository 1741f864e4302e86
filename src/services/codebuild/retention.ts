import type { Kernel } from '../../kernel/kernel.ts';
import type { RetentionRule } from '../../kernel/retention/port.ts';
import type { ReportRow } from './tables.ts';

const AT_ONCE = 20;
const CASES_AT_ONCE = 500;

/** Test reports past their end, each with its test cases, some at a time. */
export function reportsRule({ database }: Pick<Kernel, 'database'>): RetentionRule {
  return {
    name: 'codebuild.reports',
    keeps: 'ended',
    async removeBatch({ before }) {
      const over = await database.read.query<Pick<ReportRow, 'account' | 'region' | 'group_name' | 'id'>>(
        `select account, region, group_name, id from codebuild_reports where expires_at < ?
         order by account, region, group_name, id limit ${AT_ONCE}`,
        [before],
      );
      for (const report of over) {
        const key = [report.account, report.region, report.group_name, report.id];
        while ((await removeCases(key)) === CASES_AT_ONCE);
        await database.transaction((tx) =>
          tx.execute(
            'delete from codebuild_reports where account = ? and region = ? and group_name = ? and id = ?',
            key,
          ),
        );
      }
      return { removed: over.length, next: over.length < AT_ONCE ? undefined : [] };
    },
  };

  function removeCases(key: readonly string[]): Promise<number> {
    const scope = 'account = ? and region = ? and group_name = ? and report_id = ?';
    return database.transaction((tx) =>
      tx.execute(
        `delete from codebuild_test_cases where ${scope}
         and n in (select n from codebuild_test_cases where ${scope} order by n limit ${CASES_AT_ONCE})`,
        [...key, ...key],
      ),
    );
  }
}
