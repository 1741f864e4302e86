import { startPostgres } from './postgres-server.ts';

/** One PostgreSQL for a whole test run; each test makes a database of its own in it. */
export default async function setup(): Promise<() => Promise<void>> {
  const server = await startPostgres({ durable: false });
  process.env['PIPEWRIGHT_TEST_POSTGRES'] = server.url;
  return server.stop;
}
