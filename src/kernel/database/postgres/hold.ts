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
