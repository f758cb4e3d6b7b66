import { defineConfig } from 'vitest/config';

/** The tests of `core/` in one worker, each repeated for its mutants. */
export default defineConfig({
  test: {
    include: ['test/core/**/*.test.ts'],
    setupFiles: ['test/support/seed.ts', 'test/mutations/core/no-shrinking.ts'],
    runner: 'test/mutations/core/mutant-runner.ts',
    pool: 'forks',
    isolate: false,
    fileParallelism: false,
    testTimeout: 3_600_000,
  },
});
