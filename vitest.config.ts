import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';

const long = '**/*.long.test.ts';
const packed = 'test/package/**/*.test.ts';
const support = {
  globalSetup: ['test/support/build-bundle.ts'],
  testTimeout: 60_000,
  hookTimeout: 60_000,
};

export default defineConfig({
  test: {
    // CDK's own validation takes seconds for each template; the tests that need it switch it on.
    env: { CDK_VALIDATION: 'false' },
    // A test often waits for a process that it started, so even two cores can take two files.
    maxWorkers: Math.max(2, availableParallelism() - 1),
    projects: [
      {
        extends: true,
        test: {
          ...support,
          name: 'quick',
          include: ['test/**/*.test.ts'],
          exclude: [long, packed],
        },
      },
      { extends: true, test: { ...support, name: 'long', include: [`test/${long}`] } },
      // These install packages, and so need the registry.
      {
        extends: true,
        test: {
          ...support,
          name: 'package',
          include: [packed],
          globalSetup: [...support.globalSetup, 'test/package/pack.ts'],
        },
      },
    ],
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
