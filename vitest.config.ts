import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    globalSetup: ['test/support/build-bundle.ts'],
    testTimeout: 30_000,
    coverage: {
      provider: 'v8',
      include: ['lambda/**/*.ts', 'local/**/*.ts', 'infra/**/*.ts'],
      reporter: ['text-summary', 'json-summary'],
      thresholds: { 'lambda/core/**': { 100: true } },
    },
  },
});
