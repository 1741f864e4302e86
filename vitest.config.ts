import { defineConfig } from 'vitest/config';

const project = (name: string, include: string[], env: Record<string, string> = {}) => ({
  test: {
    name,
    include,
    env,
    exclude: ['**/node_modules/**', '**/*.crash.test.ts'],
    // They end what hangs; no test is about how long something takes.
    testTimeout: 240_000,
    hookTimeout: 240_000,
    expect: { poll: { timeout: 120_000 } },
    pool: 'forks' as const,
  },
});

/**
 * Rings 1 to 4 and 6. The crash ring has its own configuration, `vitest.crash.config.ts`. Tests of the rooms say
 * themselves which of their suites run on both databases; the acceptance tests run on both as a whole, all of them.
 */
export default defineConfig({
  test: {
    globalSetup: ['testkit/support/postgres-global.ts'],
    maxWorkers: 2,
    projects: [
      project('rooms', ['src/**/*.test.ts', 'testkit/**/*.test.ts', 'console/**/*.test.ts']),
      project('on SQLite', ['acceptance/**/*.test.ts'], { PIPEWRIGHT_TEST_DATABASE: 'sqlite' }),
      project('on PostgreSQL', ['acceptance/**/*.test.ts'], { PIPEWRIGHT_TEST_DATABASE: 'postgres' }),
    ],
  },
});
