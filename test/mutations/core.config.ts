import { defineConfig } from 'vitest/config';

/** The tests of `core/`, for StrykerJS. */
export default defineConfig({
  test: {
    include: ['test/core/**/*.test.ts'],
    setupFiles: ['test/support/seed.ts'],
    testTimeout: 60_000,
    isolate: false,
  },
});
