import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { cp, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, it, onTestFinished } from 'vitest';
import { bundleClient, bundleConstruct } from '../../build/bundles.ts';
import { root } from '../support/document.ts';

const print = `
import { createHash } from 'node:crypto';
import { bundleFunction } from '${join(root, 'build/bundles.ts')}';
const output = new Map();
await bundleFunction(output);
for (const [path, contents] of output) {
  if (path.endsWith('index.mjs')) console.log(createHash('sha256').update(contents).digest('hex'));
}`;

it('a comment does not change the function that is deployed', async () => {
  // In `dist`, from where Node finds this project's node_modules.
  const copy = await mkdtemp(join(root, 'dist/copy-'));
  onTestFinished(() => rm(copy, { recursive: true }));
  for (const directory of ['core', 'lambda']) {
    await cp(join(root, directory), join(copy, directory), { recursive: true });
  }
  const sources = await readdir(copy, { recursive: true });
  for (const path of sources.filter((name) => name.endsWith('.ts'))) {
    const source = await readFile(join(copy, path), 'utf8');
    await writeFile(join(copy, path), `// A comment.\n\n${source}`);
  }
  const options = ['--input-type=module', '-e', print];
  const { stdout } = await promisify(execFile)(process.execPath, options, { cwd: copy });
  const deployed = await readFile(join(root, 'dist/lambda/index.mjs'));
  expect(stdout.trim()).toBe(createHash('sha256').update(deployed).digest('hex'));
});

it('the client has no code of other packages, and so needs no notices', async () => {
  const inputs = (await bundleClient(new Map())).flatMap(({ inputs: of }) => Object.keys(of));
  expect(inputs).toContain('client/index.ts');
  expect(inputs.filter((path) => path.includes('node_modules'))).toEqual([]);
});

it('the construct has the notices of the one package that is bundled with it', async () => {
  const inputs = Object.keys((await bundleConstruct(new Map())).inputs);
  const packages = inputs.flatMap(
    (path) => /node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(path)?.[1] ?? [],
  );
  expect(new Set(packages)).toEqual(new Set(['valibot']));
  const notices = await readFile(join(root, 'dist/infra/THIRD-PARTY-NOTICES.txt'), 'utf8');
  expect(notices).toMatch(/\nvalibot \d/);
});
