import { defineConfig } from 'vitest/config';

/** The tests that have to notice: one file at a time, with a `dist` that is built already. */
export default defineConfig({
  test: {
    env: { CDK_VALIDATION: 'false' },
    include: ['test/**/*.test.ts'],
    setupFiles: ['test/support/seed.ts'],
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
});
