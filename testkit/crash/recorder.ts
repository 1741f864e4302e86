import type { Reader } from '../../src/kernel/database/port.ts';
import type { OutboxEvent } from '../../src/kernel/outbox/port.ts';
import type { Room } from '../../src/kernel/room.ts';
import type { EventsRoom } from '../../src/services/events/index.ts';

/** A room that keeps every event of the bus; one that comes twice breaks its primary key and is never taken. */
export function recorder(events: EventsRoom): Room {
  events.onEvent(async (tx, event) => {
    await tx.execute('insert into recorded_events (id, event) values (?, ?)', [
      event.id,
      JSON.stringify(event),
    ]);
  });
  const up = async (tx: { execute(sql: string): Promise<number> }) => {
    await tx.execute('create table recorded_events (id text not null primary key, event text not null)');
  };
  return { name: 'recorder', migrations: [{ id: '9901-recorded-events', up }], aggregates: [], tasks: [] };
}

export async function recordedEvents(read: Reader): Promise<OutboxEvent[]> {
  const rows = await read.query<{ event: string }>('select event from recorded_events order by id');
  return rows.map((row) => JSON.parse(row.event) as OutboxEvent);
}
