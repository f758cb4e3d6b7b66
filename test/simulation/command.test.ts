import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { root } from '../support/document.ts';
import { temporaryDirectory } from '../support/temporary-directory.ts';
import { breaks } from './breaks.ts';
import { runCampaign } from './campaign.ts';
import { Counts } from './counts.ts';
import { planOf } from './plan.ts';
import { simulate } from './simulate.ts';
import { type Break, simulateBroken } from './simulate-broken.ts';

const shown = breaks.find(({ what }) => what === 'shows a token in its log') as Break;
const size = ['--days', '10', '--credentials', '1'];

describe('the command, with an engine that shows tokens', () => {
  it('ends with 1 for one seed', async () => {
    const { stdout, code } = await simulateBroken(shown, '--seed', '1', ...size);
    expect(stdout).toContain('seed 1: invariant 5: ');
    expect(stdout).toContain('\ninvariant 5: see ARCHITECTURE.md, "Invariants".\n');
    expect(code).toBe(1);
  }, 60_000);

  it('ends with 1 for several, and its report says how many failed, and for how long they ran', async () => {
    const options = ['--seeds', '1-2', '--report', 'a report.md', '--days', '4000'];
    const { stdout, code, folder } = await simulateBroken(shown, ...options, '--credentials', '1');
    expect(stdout).toContain('seeds with a violation: 2 of 2 (1, 2)');
    expect(stdout).toContain('npm run simulate -- --seed 1 --days 4000 --credentials 1 shows');
    expect(stdout).toMatch(/\nDid not occur, so was not checked: .*premises/);
    expect(code).toBe(1);
    const report = await readFile(join(folder, 'a report.md'), 'utf8');
    expect(report).toContain("--report 'a report.md'");
    expect(report).toContain('| seeds with a violation | 2 |');
    // A violation ends a seed, in its first days here.
    expect(report).toContain('| credential-years | 0.0 |');
  }, 60_000);

  it('rounds what it says of a violation', async () => {
    const greedy = breaks.find(({ what }) => what === 'has no budget of requests') as Break;
    const { stdout } = await simulateBroken(
      greedy,
      '--seeds',
      '1-1',
      '--days',
      '10',
      '--credentials',
      '2',
    );
    expect(stdout).toMatch(/^seed 1: invariant 9: IMS was asked \d+ s too early \(/m);
  }, 60_000);

  it('ends with 0 if nothing is broken', async () => {
    const whole = { ...shown, to: shown.from };
    const { stdout, code } = await simulateBroken(whole, '--seeds', '1-2', ...size);
    expect(stdout).toContain('seeds with a violation: 0 of 2\n');
    expect(stdout).toMatch(/^seed [12]: ok \([\d.]+ s of one core\)$/m);
    expect(code).toBe(0);
  }, 60_000);
});

it.skipIf(process.platform === 'win32')(
  'the report of a campaign is written although nobody reads its lines any more',
  async () => {
    const report = join(await temporaryDirectory(), 'report.md');
    const args = ['--seeds', '1-2', '--days', '1', '--credentials', '1', '--report', report];
    const running = spawn(process.execPath, ['test/simulation/main.ts', ...args], {
      cwd: root,
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    running.stdout?.destroy();
    expect(await once(running, 'exit')).toEqual([0, null]);
    expect(await readFile(report, 'utf8')).toContain('| seeds with a violation | 0 |');
  },
  60_000,
);

it('a campaign counts what its seeds do, each of them once', async () => {
  const seeds = [1, 2, 3];
  const sum = new Counts();
  for (const seed of seeds) sum.merge((await simulate(planOf(seed, 3, 2))).counts);
  const campaign = { seeds, days: 3, credentials: 2, stops: false };
  const { counts, failed, finished } = await runCampaign(campaign, 2, () => undefined);
  expect(finished).toBe(3);
  expect(failed).toEqual([]);
  expect(counts.toJSON()).toEqual(sum.toJSON());
  expect(counts.of('outcomes', 'renewed')).toBeGreaterThan(0);
});

it('counts add up, and no more', () => {
  const [one, other] = [new Counts(), new Counts()];
  one.add('outcomes', 'renewed', 2);
  other.add('outcomes', 'renewed', 3);
  one.merge(other);
  expect(one.of('outcomes', 'renewed')).toBe(5);
});
