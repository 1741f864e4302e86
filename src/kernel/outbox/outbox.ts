import type { Clock } from '../clock.ts';
import type { Database, Tx } from '../database/port.ts';
import { errorText } from '../errors.ts';
import type { Failpoints } from '../failpoints.ts';
import { newId, nextPosition } from '../ids.ts';
import type { Scope } from '../scope.ts';
import type { Logger } from '../telemetry/logger.ts';
import type { AggregateRef, BusEvent } from '../transitions/port.ts';
import type { Outbox, OutboxEvent } from './port.ts';

const CHANNEL = 'outbox';
const BATCH = 50;
const RETRY_MS = 1_000;

interface Row {
  id: string;
  account: string;
  region: string;
  at: number;
  event: string;
}

interface Parts {
  readonly database: Database;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly failpoints: Failpoints;
}

export function createOutbox({ database, clock, logger, failpoints }: Parts): Outbox {
  let receive: ((tx: Tx, event: OutboxEvent) => Promise<void>) | undefined;
  let started = false;
  let dirty = false;
  let running: Promise<void> | undefined;
  let retry: NodeJS.Timeout | undefined;

  const pump = () => {
    dirty = true;
    if (!started || running || !receive) return;
    running = drain().finally(() => {
      running = undefined;
      if (dirty && started) pump();
    });
  };
  const drain = async () => {
    while (started && dirty) {
      dirty = false;
      try {
        const handed = await database.transaction((tx) =>
          handOver(tx, receive as NonNullable<typeof receive>),
        );
        if (handed > 0) failpoints.hit('outbox:handed-over');
        if (handed === BATCH) dirty = true;
      } catch (error) {
        logger.error({ error: errorText(error) }, 'an event could not leave the outbox; trying again');
        retry = setTimeout(pump, RETRY_MS);
        retry.unref();
        return;
      }
    }
  };
  database.listen(CHANNEL, pump);

  return {
    async publish(tx: Tx, scope: Scope, origin: AggregateRef, event: BusEvent) {
      await tx.execute(
        'insert into outbox (id, account, region, origin, position, at, event) values (?, ?, ?, ?, ?, ?, ?)',
        [
          newId(),
          scope.account,
          scope.region,
          `${origin.kind}/${origin.id}`,
          nextPosition(clock.wall()),
          clock.now(),
          JSON.stringify(event),
        ],
      );
      database.notify(tx, CHANNEL, '');
    },
    subscribe(subscriber) {
      receive = subscriber;
    },
    start() {
      started = true;
      pump();
    },
    async stop() {
      started = false;
      clearTimeout(retry);
      await running;
    },
  };
}

/** Takes the oldest events. On PostgreSQL other processes wait at the lock, so the order holds. */
async function handOver(tx: Tx, receive: (tx: Tx, event: OutboxEvent) => Promise<void>): Promise<number> {
  const lock = tx.dialect === 'postgres' ? ' for update' : '';
  const rows = await tx.query<Row>(
    `select id, account, region, at, event from outbox order by position limit ${BATCH}${lock}`,
  );
  let handed = 0;
  for (const row of rows) {
    if ((await tx.execute('delete from outbox where id = ?', [row.id])) === 0) continue;
    const event = JSON.parse(row.event) as BusEvent;
    await receive(tx, {
      ...event,
      id: row.id,
      at: row.at,
      scope: { account: row.account, region: row.region },
    });
    handed++;
  }
  return handed;
}
