import type { Tx } from '../../kernel/database/port.ts';
import type { AuditRow } from './tables.ts';

/** Writes down one mutating operation, whatever became of it. */
export async function writeAudit(tx: Tx, row: AuditRow): Promise<void> {
  await tx.execute(
    `insert into audit (account, region, at, request_id, principal, access_key_id, service, operation, outcome, resources)
     values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    [
      row.account,
      row.region,
      row.at,
      row.request_id,
      row.principal,
      row.access_key_id,
      row.service,
      row.operation,
      row.outcome,
      row.resources,
    ],
  );
}
