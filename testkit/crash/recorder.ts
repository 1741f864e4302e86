import type { Reader, Tx } from '../../src/kernel/database/port.ts';
import type { OutboxEvent } from '../../src/kernel/outbox/port.ts';
import type { Room } from '../../src/kernel/room.ts';
import type { EventsRoom } from '../../src/services/events/index.ts';

/** Keeps what {@link recordEvent} is given. */
export const recorderRoom: Room = {
  name: 'recorder',
  migrations: [
    {
      id: '9901-recorded-events',
      async up(tx) {
        await tx.execute('create table recorded_events (id text not null primary key, event text not null)');
      },
    },
  ],
  aggregates: [],
  tasks: [],
};

/** An event that comes twice breaks the primary key and is never taken. */
export async function recordEvent(tx: Tx, event: OutboxEvent): Promise<void> {
  await tx.execute('insert into recorded_events (id, event) values (?, ?)', [
    event.id,
    JSON.stringify(event),
  ]);
}

/** A room that keeps every event of the bus. */
export function recorder(events: EventsRoom): Room {
  events.onEvent(recordEvent);
  return recorderRoom;
}

export async function recordedEvents(read: Reader): Promise<OutboxEvent[]> {
  const rows = await read.query<{ event: string }>('select event from recorded_events order by id');
  return rows.map((row) => JSON.parse(row.event) as OutboxEvent);
}
