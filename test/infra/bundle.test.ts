import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { Stack } from 'aws-cdk-lib';
import { build } from 'esbuild';
import { expect, it, onTestFinished } from 'vitest';
import { bundleDirectory } from '../../infra/bundle.ts';
import { root } from '../support/document.ts';
import { temporaryDirectory } from '../support/temporary-directory.ts';

async function directoryWith(...files: readonly string[]): Promise<string> {
  const directory = await temporaryDirectory();
  for (const file of files) {
    await mkdir(dirname(join(directory, file)), { recursive: true });
    // The function reads its prefix.
    await writeFile(join(directory, file), 'process.env.IMS_TOKEN_ROTATOR_PREFIX');
  }
  return directory;
}

it('the bundle is found from the repository', async () => {
  // The repository also has the sources beside infra/, which are not the bundle.
  const files = ['infra/bundle.ts', 'dist/lambda/index.mjs', 'lambda/handler.ts'];
  const directory = await directoryWith(...files);
  expect(bundleDirectory(new Stack(), join(directory, 'infra'))).toBe(
    join(directory, 'dist/lambda'),
  );
});

it('the bundle is found from the package', async () => {
  const directory = await directoryWith('dist/infra/index.js', 'dist/lambda/index.mjs');
  expect(bundleDirectory(new Stack(), join(directory, 'dist/infra'))).toBe(
    join(directory, 'dist/lambda'),
  );
});

it('a missing bundle in the repository is an error that says how to build it', async () => {
  const directory = await directoryWith('infra/bundle.ts', 'lambda/handler.ts');
  expect(() => bundleDirectory(new Stack(), join(directory, 'infra'))).toThrow(
    'the function is not built: run "npm run build" first',
  );
});

it.each(['cjs', 'esm'] as const)(
  'an app that is bundled with the construct, as %s, is told to leave it out',
  async (format) => {
    // In `dist`, from where Node finds this project's node_modules.
    const directory = await mkdtemp(join(root, 'dist/app-'));
    onTestFinished(() => rm(directory, { recursive: true }));
    const app = `import { Stack } from 'aws-cdk-lib';
import { ImsTokenRotator } from '${join(root, 'dist/infra/index.js')}';
new ImsTokenRotator(new Stack(), 'Rotator', { rotatorName: 'prod' });`;
    await mkdir(join(directory, 'lambda'));
    // Not the rotator's: it is in the same place by chance.
    await writeFile(join(directory, 'lambda/index.mjs'), 'export const handler = () => {};');
    const file = join(directory, 'out', format === 'cjs' ? 'app.cjs' : 'app.mjs');
    const require = `import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);`;
    await build({
      stdin: { contents: app, resolveDir: directory },
      outfile: file,
      bundle: true,
      platform: 'node',
      format,
      external: ['aws-cdk-lib', 'constructs'],
      ...(format === 'esm' && { banner: { js: require } }),
    });
    await expect(promisify(execFile)(process.execPath, [file])).rejects.toMatchObject({
      stderr: expect.stringContaining(
        'If you bundle your app, leave packages out, for example with "--packages=external" of esbuild',
      ),
    });
  },
);
