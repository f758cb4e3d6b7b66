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
])('the bundle is found from %s', async (_, caller) => {
  // The repository also has the sources beside infra/, which are not the bundle.
  const directory = await directoryWith('dist/lambda/index.mjs', 'lambda/handler.ts');
  const base = pathToFileURL(join(directory, caller)).href;
  expect(bundleDirectory(new Stack(), base)).toBe(join(directory, 'dist/lambda/'));
});

it('a missing bundle is an error that says how to build it', async () => {
  const directory = await directoryWith('lambda/handler.ts');
  const base = pathToFileURL(join(directory, 'infra/bundle.ts')).href;
  expect(() => bundleDirectory(new Stack(), base)).toThrow(
    'the function is not built: dist/lambda/index.mjs is missing; run "npm run build" first',
  );
});
