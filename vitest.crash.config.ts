import { defineConfig } from 'vitest/config';

/** Ring 5: failpoints and real `kill -9`, on SQLite and on PostgreSQL. */
export default defineConfig({
  test: {
    include: ['**/*.crash.test.ts'],
    exclude: ['**/node_modules/**'],
    testTimeout: 600_000,
    hookTimeout: 120_000,
    globalSetup: ['testkit/support/postgres-global.ts'],
    pool: 'forks',
    maxWorkers: 2,
  },
});
