// Simulates credentials of one seed or of many, and exits with 1 if anything went wrong that must not.
import { execFileSync } from 'node:child_process';
import { open, writeFile } from 'node:fs/promises';
import { type CampaignResult, runCampaign } from './campaign.ts';
import { parseOptions, usage } from './options.ts';
import { planOf } from './plan.ts';
import { reportOf } from './report.ts';
import { shrink } from './shrink.ts';
import { simulate } from './simulate.ts';

function write(text: string): void {
  process.stdout.write(`${text}\n`);
}

async function runOne(seed: number, days: number, credentials: number): Promise<boolean> {
  const result = await simulate(planOf(seed, days, credentials));
  if (result.violation === undefined) {
    write(`seed ${seed}: no violation in ${days} days of ${credentials} credentials`);
    return true;
  }
  write(`seed ${seed}: ${result.violation.rule}: ${result.violation.text}`);
  write(result.history.join('\n'));
  write('looking for a shorter history that fails too …');
  const { plan, history } = await shrink(result);
  write(`the settings of its world: ${JSON.stringify(plan.settings)}`);
  write(history.join('\n'));
  return false;
}

async function main(): Promise<void> {
  const options = optionsOf(process.argv.slice(2));
  if (options === undefined) return;
  const { seed, seeds, days, credentials, jobs, stops, report } = options;
  if (seeds === undefined) {
    process.exitCode = (await runOne(seed, days, credentials)) ? 0 : 1;
    return;
  }
  if (report !== undefined && !(await isWritable(report))) return;
  const campaign = { seeds, days, credentials, stops };
  const commit = commitHere();
  const result: CampaignResult = await runCampaign(
    campaign,
    jobs,
    ({ seed: one, violation, seconds }) => {
      const end = violation === undefined ? 'ok' : `${violation.rule}: ${violation.text}`;
      write(`seed ${one}: ${end} (${seconds.toFixed(1)} s)`);
    },
  );
  const command = `npm run simulate -- ${process.argv.slice(2).join(' ')}`;
  if (report !== undefined)
    await writeFile(report, reportOf(campaign, result, { command, commit }));
  const { length } = result.failed;
  const which = length === 0 ? '' : `: ${result.failed.map(({ seed }) => seed).join(', ')}`;
  const asked = result.finished === seeds.length ? '' : ` (${seeds.length} asked for)`;
  write(`${length} of ${result.finished} seeds${asked} have a violation${which}`);
  process.exitCode = length === 0 ? 0 : 1;
}

/** Asked first, or what took hours would be lost. */
async function isWritable(report: string): Promise<boolean> {
  try {
    await (await open(report, 'a')).close();
    return true;
  } catch (error) {
    process.stderr.write(`--report cannot be written: ${(error as Error).message}\n`);
    process.exitCode = 2;
    return false;
  }
}

/** Undefined outside a clone; it ends in -dirty if files were changed since. */
function commitHere(): string | undefined {
  const args = ['describe', '--always', '--dirty', '--exclude', '*'];
  try {
    return execFileSync('git', args, {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    }).trim();
  } catch {
    return undefined;
  }
}

/** Undefined if there is nothing to simulate. */
function optionsOf(args: readonly string[]): ReturnType<typeof parseOptions> {
  try {
    const options = parseOptions(args);
    if (options === undefined) write(usage);
    return options;
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    process.stderr.write(`${error.message}\n\n${usage}\n`);
    process.exitCode = 2;
    return undefined;
  }
}

await main();
