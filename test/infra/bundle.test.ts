import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { Stack } from 'aws-cdk-lib';
import { expect, it, onTestFinished } from 'vitest';
import { bundleDirectory } from '../../infra/bundle.ts';

async function directoryWith(...files: readonly string[]): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'bundle-'));
  onTestFinished(() => rm(directory, { recursive: true }));
  for (const file of files) {
    await mkdir(join(directory, file, '..'), { recursive: true });
    await writeFile(join(directory, file), '');
  }
  return directory;
}

it.each([
  ['the repository', 'infra/bundle.ts'],
  ['the package', 'dist/infra/bundle.js'],
])('finds the bundle from %s', async (_, caller) => {
  // The sources are beside the infrastructure in the repository, and are not the bundle.
  const directory = await directoryWith('dist/lambda/index.mjs', 'lambda/handler.ts');
  const base = pathToFileURL(join(directory, caller)).href;
  expect(bundleDirectory(new Stack(), base)).toBe(join(directory, 'dist/lambda/'));
});

it('says what to do when nothing was built', async () => {
  const directory = await directoryWith('lambda/handler.ts');
  const base = pathToFileURL(join(directory, 'infra/bundle.ts')).href;
  expect(() => bundleDirectory(new Stack(), base)).toThrow(
    'the function is not built: there is no dist/lambda/index.mjs; run "npm run build" first',
  );
});
