import { execFile } from 'node:child_process';
import { mkdtemp, rm, symlink } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { App, Aspects, type IAspect, Stack } from 'aws-cdk-lib';
import { Annotations, Match } from 'aws-cdk-lib/assertions';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { stackWithEnv } from '../infra/full-rotator.ts';
import {
  hardenedRotator,
  packs,
  plainRotator,
  ruleOf,
  solvedByProps,
} from '../infra/hardened-rotator.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const run = promisify(execFile);

vi.setConfig({ testTimeout: 300_000, hookTimeout: 300_000 });

type Packs = Readonly<
  Record<(typeof packs)[number], new (props: { readonly reports: boolean }) => IAspect>
>;

let directory: string;
let nag: Packs;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'cdk-nag-'));
  // Its peers are this project's CDK, so that both work on the same constructs.
  const flags = ['--legacy-peer-deps', '--no-audit', '--no-fund', '--ignore-scripts'];
  await run('npm', ['install', '--prefix', directory, ...flags, 'cdk-nag@2.38.2']);
  for (const name of ['aws-cdk-lib', 'constructs']) {
    await symlink(join(root, 'node_modules', name), join(directory, 'node_modules', name), 'dir');
  }
  nag = createRequire(join(directory, 'index.js'))('cdk-nag');
});

afterAll(() => rm(directory, { recursive: true, force: true }));

/** The ids of what a pack finds in a stack. */
function findingsOf(pack: (typeof packs)[number], app: App, stack: Stack): readonly string[] {
  Aspects.of(app).add(new nag[pack]({ reports: false }));
  const annotations = Annotations.fromStack(stack);
  const ofNag = Match.stringLikeRegexp('^[\\w.]+-\\w+(\\[.*\\])?: ');
  return [...annotations.findError('*', ofNag), ...annotations.findWarning('*', ofNag)].map(
    ({ entry }) => String(entry.data).replace(/: .*$/s, ''),
  );
}

it.each(packs)('finds nothing with %s in a rotator with the props that it demands', (pack) => {
  const app = new App();
  const stack = stackWithEnv(app);
  hardenedRotator(stack);
  expect(findingsOf(pack, app, stack)).toEqual([]);
});

it('finds nothing with AwsSolutions in a rotator without props, wherever it is deployed', () => {
  const app = new App();
  const stack = new Stack(app, 'S');
  plainRotator(stack);
  expect(findingsOf('AwsSolutionsChecks', app, stack)).toEqual([]);
});

it('finds in a rotator without props only what props solve', () => {
  const rules = packs.flatMap((pack) => {
    const app = new App();
    const stack = stackWithEnv(app);
    plainRotator(stack);
    return findingsOf(pack, app, stack).map(ruleOf);
  });
  expect(new Set(rules)).toEqual(new Set(Object.keys(solvedByProps)));
});
