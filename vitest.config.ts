import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    globalSetup: ['test/support/build-bundle.ts'],
    testTimeout: 30_000,
    coverage: {
      provider: 'v8',
      include: [
        'client/**/*.ts',
        'core/**/*.ts',
        'lambda/**/*.ts',
        'infra/**/*.ts',
        'emulators/**/*.ts',
        'local/**/*.ts',
      ],
      reporter: ['text-summary', 'json-summary'],
      thresholds: { 'core/**': { 100: true } },
    },
  },
});
