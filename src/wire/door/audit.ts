import type { Tx } from '../../kernel/database/port.ts';
import type { Kernel } from '../../kernel/kernel.ts';
import type { Exchange } from './exchange.ts';
import type { Admitted, Progress } from './progress.ts';
import type { AuditRow } from './tables.ts';

/** Outcome of an operation that is not over; it stays when the process ends before that. */
const BEGUN = 'begun';

type Parts = { readonly kernel: Pick<Kernel, 'accompany' | 'database' | 'failpoints'> };

/**
 * Runs the handler of a mutating operation so that no effect of it can be without its row: the row comes with the first
 * transaction that the handler commits, or before the handler where that acts on something else first.
 */
export async function audited<T>(
  { kernel }: Parts,
  exchange: Exchange,
  admitted: Admitted,
  progress: Progress,
  handler: () => Promise<T>,
): Promise<T> {
  const begin = async (tx: Tx) => {
    await writeAudit(tx, exchange, { ...admitted, ...progress }, BEGUN);
    kernel.failpoints.hit('door:begun');
  };
  if (progress.built?.actsOutside) await kernel.database.transaction(begin);
  const value = await (progress.built?.actsOutside ? handler() : kernel.accompany(begin, handler));
  kernel.failpoints.hit('door:acted');
  return value;
}

/** Writes down one operation, or how it ended. */
export async function writeAudit(
  tx: Tx,
  { requestId, receivedAt }: Exchange,
  done: Pick<Admitted, 'scope' | 'principal' | 'service' | 'operation'> & Pick<Progress, 'resources'>,
  outcome: string,
): Promise<void> {
  const row: AuditRow = {
    account: done.scope.account,
    region: done.scope.region,
    at: receivedAt,
    request_id: requestId,
    principal: done.principal.arn,
    access_key_id: done.principal.accessKeyId,
    service: done.service.id,
    operation: done.operation.name,
    outcome,
    resources: JSON.stringify(done.resources ?? []),
  };
  await tx.execute(
    `insert into audit (account, region, at, request_id, principal, access_key_id, service, operation, outcome, resources)
     values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
     on conflict (account, region, at, request_id) do update set outcome = excluded.outcome`,
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
