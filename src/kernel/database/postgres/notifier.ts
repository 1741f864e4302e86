import pg from 'pg';
import { createLocalNotifier, type LocalNotifier } from '../notifier.ts';

const CHANNEL = 'pipewright';
/** PostgreSQL's own bound is 8,000 bytes. */
const MAX_PAYLOAD = 7_500;
const RECONNECT_MS = 1_000;

export interface PostgresNotifier extends Pick<LocalNotifier, 'listen'> {
  /** Tells this process at once and the others through `NOTIFY`, coalesced. */
  send(channel: string, payload: string): void;
  close(): Promise<void>;
}

/** Carries wake-ups between processes. Losing one costs latency only, so a lost connection is simply made again. */
export async function openPostgresNotifier(url: string, processId: string): Promise<PostgresNotifier> {
  const local = createLocalNotifier();
  let client: pg.Client | undefined;
  let closed = false;
  let pending = new Map<string, [string, string]>();
  /** From the moment it is asked for until everything is sent: a connection is asked one thing at a time. */
  let flushing: Promise<void> | undefined;

  const connect = async () => {
    const next = new pg.Client({ connectionString: url, application_name: 'pipewright-listen' });
    next.on('error', () => {});
    next.on('end', () => {
      client = undefined;
      if (!closed) setTimeout(() => void connect().catch(() => {}), RECONNECT_MS).unref();
    });
    next.on('notification', ({ payload }) => receive(payload ?? ''));
    await next.connect();
    await next.query(`listen ${CHANNEL}`);
    client = next;
  };
  const receive = (text: string) => {
    const batch = JSON.parse(text) as { from: string; items: [string, string][] };
    if (batch.from === processId) return;
    for (const [channel, payload] of batch.items) local.deliver(channel, payload);
  };
  const flush = async () => {
    // What is sent in the same turn shares a notification.
    await Promise.resolve();
    while (pending.size > 0 && client) {
      const items = [...pending.values()];
      pending = new Map();
      for (const group of packed(items, processId)) {
        await client?.query('select pg_notify($1, $2)', [CHANNEL, group]).catch(() => {});
      }
    }
    // In the same turn as the last look: whoever sends after it flushes anew.
    flushing = undefined;
  };
  await connect();
  return {
    listen: local.listen,
    send(channel, payload) {
      local.deliver(channel, payload);
      pending.set(`${channel} ${payload}`, [channel, payload]);
      flushing ??= flush();
    },
    async close() {
      closed = true;
      await flushing;
      await client?.end();
    },
  };
}

function packed(items: readonly [string, string][], from: string): string[] {
  const groups: string[] = [];
  let group: [string, string][] = [];
  let size = 0;
  for (const item of items) {
    const length = Buffer.byteLength(JSON.stringify(item)) + 1;
    if (length > MAX_PAYLOAD) continue;
    if (size + length > MAX_PAYLOAD - 100) {
      groups.push(JSON.stringify({ from, items: group }));
      group = [];
      size = 0;
    }
    group.push(item);
    size += length;
  }
  if (group.length > 0) groups.push(JSON.stringify({ from, items: group }));
  return groups;
}
