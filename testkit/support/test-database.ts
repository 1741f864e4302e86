import { randomUUID } from 'node:crypto';
import pg from 'pg';

/** Makes an empty database on the PostgreSQL of this test run; the answer ends with its disposal. */
export async function createTestDatabase(): Promise<{ readonly url: string; drop(): Promise<void> }> {
  const admin = process.env['PIPEWRIGHT_TEST_POSTGRES'];
  if (!admin) throw new Error('the test run has no PostgreSQL (see testkit/support/postgres-global.ts)');
  const name = `test_${randomUUID().replaceAll('-', '')}`;
  await onAdmin(admin, `create database ${name}`);
  const url = new URL(admin);
  url.pathname = `/${name}`;
  return { url: url.href, drop: () => onAdmin(admin, `drop database if exists ${name} with (force)`) };
}

async function onAdmin(url: string, sql: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    await client.query(sql);
  } finally {
    await client.end();
  }
}
