// Simulates credentials of one seed or of many, and exits with 1 if anything went wrong that must not.
import { writeFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { type CampaignResult, runCampaign } from './campaign.ts';
import { planOf } from './plan.ts';
import { reportOf } from './report.ts';
import { shrink } from './shrink.ts';
import { simulate } from './simulate.ts';

const usage = `Usage: npm run simulate -- [options]

  --seed N          one seed (1); if it fails, the least that makes it fail
  --seeds FROM-TO   many seeds
  --days D          of each seed (30)
  --credentials C   of each seed (10)
  --jobs J          seeds at the same time (1)
  --stop            ends at the first seed that fails
  --report FILE     writes what was simulated, in Markdown`;

const options = {
  seed: { type: 'string', default: '1' },
  seeds: { type: 'string' },
  days: { type: 'string', default: '30' },
  credentials: { type: 'string', default: '10' },
  jobs: { type: 'string', default: '1' },
  report: { type: 'string' },
  stop: { type: 'boolean', default: false },
  help: { type: 'boolean' },
} as const;

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
  write('looking for the least that makes it fail …');
  const { plan, history } = await shrink(result);
  write(JSON.stringify(plan.settings));
  write(history.join('\n'));
  return false;
}

async function main(): Promise<void> {
  const { values } = parseArgs({ options });
  if (values.help === true) return write(usage);
  const [days, credentials, jobs] = [values.days, values.credentials, values.jobs].map(Number);
  if (!days || !credentials || !jobs) throw new TypeError(usage);
  const range = /^(\d+)-(\d+)$/.exec(values.seeds ?? '');
  if (range === null) {
    process.exitCode = (await runOne(Number(values.seed), days, credentials)) ? 0 : 1;
    return;
  }
  const [first, last] = range.slice(1).map(Number) as [number, number];
  const seeds = Array.from({ length: last - first + 1 }, (_, index) => first + index);
  const campaign = { seeds, days, credentials, stops: values.stop };
  const result: CampaignResult = await runCampaign(
    campaign,
    jobs,
    ({ seed, violation, seconds }) => {
      const end = violation === undefined ? 'ok' : `${violation.rule}: ${violation.text}`;
      write(`seed ${seed}: ${end} (${seconds.toFixed(1)} s)`);
    },
  );
  const command = `npm run simulate -- ${process.argv.slice(2).join(' ')}`;
  if (values.report !== undefined) {
    await writeFile(values.report, reportOf(campaign, result, command));
  }
  process.exitCode = result.failed.length === 0 ? 0 : 1;
}

await main();
