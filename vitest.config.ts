import { defineConfig } from 'vitest/config';

/** Rings 1 to 4 and 6. The crash ring has its own configuration, `vitest.crash.config.ts`. */
export default defineConfig({
  test: {
    include: ['src/**/*.test.ts', 'testkit/**/*.test.ts', 'acceptance/**/*.test.ts', 'console/**/*.test.ts'],
    exclude: ['**/node_modules/**', '**/*.crash.test.ts'],
    testTimeout: 60_000,
    hookTimeout: 120_000,
    globalSetup: ['testkit/support/postgres-global.ts'],
    pool: 'forks',
    maxWorkers: 2,
  },
});
