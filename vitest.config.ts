import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';

const long = '**/*.long.test.ts';
const pure = 'test/core/**/*.test.ts';
const packed = 'test/package/**/*.test.ts';
const support = {
  globalSetup: ['test/support/temporary-folder.ts', 'test/support/build-bundle.ts'],
};
const installing = { globalSetup: [...support.globalSetup, 'test/package/pack.ts'] };

export default defineConfig({
  test: {
    // For a machine with much else to do: no test is meant to take so long.
    testTimeout: 180_000,
    hookTimeout: 180_000,
    expect: { poll: { timeout: 90_000 } },
    // CDK's own validation takes seconds for each template; the tests that need it switch it on.
    env: { CDK_VALIDATION: 'false' },
    // A test often waits for a process that it started, so two cores can take three files.
    maxWorkers: Math.max(3, availableParallelism() - 1),
    projects: [
      // Apart from the rest, which would take longer if its coverage were measured, too.
      {
        extends: true,
        test: { name: 'core', include: [pure], setupFiles: ['test/support/seed.ts'] },
      },
      {
        extends: true,
        test: {
          ...support,
          name: 'quick',
          include: ['test/**/*.test.ts'],
          exclude: [long, packed, pure],
        },
      },
      {
        extends: true,
        test: { ...support, name: 'long', include: [`test/${long}`], exclude: [packed] },
      },
      // These install packages, and so need the registry.
      {
        extends: true,
        test: { ...installing, name: 'package', include: [packed], exclude: [long] },
      },
      {
        extends: true,
        test: { ...installing, name: 'package-long', include: [`test/package/${long}`] },
      },
    ],
    coverage: {
      provider: 'v8',
      include: ['core/**/*.ts'],
      reporter: ['text-summary', 'json-summary'],
      thresholds: { 100: true },
    },
  },
});
