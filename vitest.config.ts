import { defineConfig } from 'vitest/config';

interface Project {
  readonly include: string[];
  readonly exclude?: readonly string[];
  readonly env?: Record<string, string>;
}

/** No server is in these, or one on whose database nothing depends: the run on SQLite is enough. */
const ONE_DATABASE_IS_ENOUGH = [
  'acceptance/C08-local-run/**',
  'acceptance/F10-identity/aws-cli.test.ts',
  'acceptance/I09-command-line/{launcher,package,validate}.test.ts',
  'acceptance/I09-wire/aws-cli.test.ts',
];

const project = (name: string, { include, exclude = [], env = {} }: Project) => ({
  test: {
    name,
    include,
    env,
    exclude: ['**/node_modules/**', '**/*.crash.test.ts', ...exclude],
    // They end what hangs; no test is about how long something takes.
    testTimeout: 240_000,
    hookTimeout: 240_000,
    expect: { poll: { timeout: 120_000 } },
    pool: 'forks' as const,
  },
});

/**
 * Rings 1 to 4 and 6. The crash ring has its own configuration, `vitest.crash.config.ts`. Tests of the rooms say
 * themselves which of their suites run on both databases; the acceptance tests run on both as a whole.
 */
export default defineConfig({
  test: {
    globalSetup: ['testkit/support/postgres-global.ts'],
    maxWorkers: 2,
    projects: [
      project('rooms', { include: ['src/**/*.test.ts', 'testkit/**/*.test.ts', 'console/**/*.test.ts'] }),
      project('on SQLite', {
        include: ['acceptance/**/*.test.ts'],
        env: { PIPEWRIGHT_TEST_DATABASE: 'sqlite' },
      }),
      project('on PostgreSQL', {
        include: ['acceptance/**/*.test.ts'],
        exclude: ONE_DATABASE_IS_ENOUGH,
        env: { PIPEWRIGHT_TEST_DATABASE: 'postgres' },
      }),
    ],
  },
});
