import type { Database, Reader } from '../../src/kernel/database/port.ts';

/** Has the database itself note every event that enters the outbox, and every one that leaves it. */
export async function recordOutbox(database: Database): Promise<void> {
  const enter = 'insert into recorded_events (id, event) values (new.id, new.event);';
  const leave = 'insert into handed_events (id) values (old.id);';
  await database.transaction(async (tx) => {
    await tx.execute('create table recorded_events (id text not null, event text not null)');
    await tx.execute('create table handed_events (id text not null)');
    for (const [name, moment, body] of [
      ['record_event', 'after insert', enter],
      ['hand_event', 'after delete', leave],
    ]) {
      if (tx.dialect === 'sqlite') {
        await tx.execute(`create trigger ${name} ${moment} on outbox begin ${body} end`);
        continue;
      }
      await tx.execute(
        `create function ${name}() returns trigger language plpgsql as 'begin ${body} return null; end'`,
      );
      await tx.execute(`create trigger ${name} ${moment} on outbox for each row execute function ${name}()`);
    }
  });
}

/** One line for each thing that is not as it must be once a server has come to rest. */
export async function inconsistencies(read: Reader): Promise<string[]> {
  const lines = async (sql: string, say: (row: Record<string, unknown>) => string) =>
    (await read.query(sql)).map(say);
  return [
    ...(await lines(
      'select id, count(*) as n from recorded_events group by id having count(*) <> 1',
      (row) => `event ${row['id']} was told ${row['n']} times`,
    )),
    ...(await lines(
      'select id, count(*) as n from handed_events group by id having count(*) <> 1',
      (row) => `event ${row['id']} was handed over ${row['n']} times`,
    )),
    ...(await lines(
      'select id, event from recorded_events where id not in (select id from handed_events)',
      (row) => `event ${row['id']} never left: ${row['event']}`,
    )),
    ...(await lines(
      `select h.kind, h.id, h.sequence, count(*) as n, min(h.n) as first, max(h.n) as last, a.sequence as newest
       from history h left join aggregates a
         on a.account = h.account and a.region = h.region and a.kind = h.kind and a.id = h.id
       group by h.kind, h.id, h.sequence, a.sequence
       having min(h.n) <> 0 or max(h.n) <> count(*) - 1 or a.sequence is null or h.sequence > a.sequence`,
      (row) => `history of ${JSON.stringify(row)} has a gap or is ahead`,
    )),
    ...(await lines(
      "select kind, lease_owner from tasks where lease_owner <> ''",
      (row) => `a task ${row['kind']} is still leased`,
    )),
    ...(await lines(
      'select kind, id, input_id from inbox group by kind, id, input_id having count(*) > 1',
      (row) => `input ${row['input_id']} is claimed twice`,
    )),
  ];
}
