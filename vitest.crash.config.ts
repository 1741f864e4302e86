import { defineConfig } from 'vitest/config';

/** Ring 5: failpoints and real `kill -9`, on SQLite and on PostgreSQL. */
export default defineConfig({
  test: {
    include: ['**/*.crash.test.ts'],
    exclude: ['**/node_modules/**'],
    // Only a net: some tests live through dozens of lives, on a machine that may do other things too.
    testTimeout: 2_400_000,
    hookTimeout: 120_000,
    globalSetup: ['testkit/support/postgres-global.ts'],
    pool: 'forks',
    maxWorkers: 2,
  },
});
