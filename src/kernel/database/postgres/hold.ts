import pg from 'pg';

/**
 * A session lock on a connection of its own: PostgreSQL lets go of it when the process dies. A connection that is lost
 * while the process lives is made again, so that nobody takes this process for dead for long.
 */
export async function holdName(url: string, name: string): Promise<{ release(): Promise<void> }> {
  let client: pg.Client | undefined;
  let released = false;
  const connect = async () => {
    const next = new pg.Client({ connectionString: url, application_name: 'pipewright-hold' });
    next.on('error', () => {});
    next.on('end', () => {
      if (!released) setTimeout(() => void connect().catch(() => {}), 1_000).unref();
    });
    await next.connect();
    await next.query('select pg_advisory_lock(hashtextextended($1, 0))', [name]);
    client = next;
  };
  await connect();
  return {
    async release() {
      released = true;
      await client?.end();
    },
  };
}

/** Waits in the database for the lock that somebody holds, and lets go of it at once. */
export async function waitForRelease(url: string, name: string, signal: AbortSignal): Promise<void> {
  if (signal.aborted) return;
  const client = new pg.Client({ connectionString: url, application_name: 'pipewright-watch' });
  client.on('error', () => {});
  const { promise: aborted, resolve: stop } = Promise.withResolvers<void>();
  signal.addEventListener('abort', () => stop(), { once: true });
  const locked = (async () => {
    await client.connect();
    // So that the database notices, while it makes us wait, that we have gone.
    await client.query("set client_connection_check_interval = '5s'").catch(() => {});
    if (!signal.aborted) await client.query('select pg_advisory_lock(hashtextextended($1, 0))', [name]);
  })();
  try {
    await Promise.race([locked, aborted]);
  } finally {
    stop();
    // Cut off while it waits, it has nothing more to say.
    if (signal.aborted) client.connection.stream.destroy();
    await locked.catch(() => {});
    await client.end().catch(() => {});
  }
}
