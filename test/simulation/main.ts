// Simulates credentials of one seed or of many, and exits with 1 if anything went wrong that must not.
import { writeFile } from 'node:fs/promises';
import { endWithReader } from '../support/end-with-reader.ts';
import { commitHere, problemOfReport } from '../support/report-file.ts';
import { type Campaign, type CampaignResult, runCampaign } from './campaign.ts';
import { unmetIn } from './expected.ts';
import { parseOptions, usage } from './options.ts';
import { planOf } from './plan.ts';
import { reportOf } from './report.ts';
import { shrink } from './shrink.ts';
import { simulate } from './simulate.ts';

function write(text: string): void {
  process.stdout.write(`${text}\n`);
}

/** Said at once, or a large one would be silent for hours. */
function tellCost(seeds: number, days: number, credentials: number): void {
  // As the usage says, and docs/reliability.md.
  const minutes = Math.round((seeds * days * credentials * 4) / 365 / 60);
  if (minutes > 0) process.stderr.write(`about ${counted(minutes, 'minute')} of one core …\n`);
}

async function runOne(seed: number, days: number, credentials: number): Promise<boolean> {
  const result = await simulate(planOf(seed, days, credentials));
  if (result.violation === undefined) {
    const size = `${counted(days, 'day')} of ${counted(credentials, 'credential')}`;
    write(`seed ${seed}: no violation in ${size}`);
    write(unmetIn(result.counts));
    return true;
  }
  write(`seed ${seed}: ${result.violation.rule}: ${result.violation.text}`);
  write(result.history.join('\n'));
  write('looking for a shorter history that fails too …');
  const { plan, history } = await shrink(result);
  write(`the settings of its world: ${JSON.stringify(plan.settings)}`);
  write(history.join('\n'));
  write(explanationOf([result.violation.rule]));
  return false;
}

function counted(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? '' : 's'}`;
}

/** Where to read on after a violation, and what it means. */
function explanationOf(rules: readonly string[]): string {
  const places = [...new Set(rules)].map((rule) => {
    const isInvariant = rule.startsWith('invariant');
    const place = isInvariant
      ? 'ARCHITECTURE.md, "Invariants"'
      : 'docs/reliability.md, "What is promised"';
    return `${rule}: see ${place}.\n`;
  });
  return `${places.join('')}Either the code violates it, or the simulation expects too much: read the end of the history.`;
}

async function main(): Promise<void> {
  const options = optionsOf(process.argv.slice(2));
  if (options === undefined) return;
  const { seed, seeds, days, credentials, jobs, stops, report } = options;
  tellCost(seeds?.length ?? 1, days, credentials);
  if (seeds === undefined) {
    process.exitCode = (await runOne(seed, days, credentials)) ? 0 : 1;
    return;
  }
  const problem = report === undefined ? undefined : await problemOfReport(report);
  if (problem !== undefined) {
    process.stderr.write(`${problem}\n`);
    process.exitCode = 2;
    return;
  }
  // It is what takes the hours.
  if (report !== undefined) goOnWithoutReader();
  const campaign = { seeds, days, credentials, stops };
  const commit = commitHere();
  const result: CampaignResult = await runCampaign(
    campaign,
    jobs,
    ({ seed: one, violation, seconds }) => {
      const end = violation === undefined ? 'ok' : `${violation.rule}: ${violation.text}`;
      write(`seed ${one}: ${end} (${seconds.toFixed(1)} s of one core)`);
    },
  );
  const command = `npm run simulate -- ${process.argv.slice(2).map(quotedForShell).join(' ')}`;
  tellEnd(result, campaign);
  process.exitCode = result.failed.length === 0 ? 0 : 1;
  if (report === undefined) return;
  await writeFile(report, reportOf(campaign, result, { command, commit })).catch((error: Error) => {
    process.stderr.write(`the report could not be written: ${error.message}\n`);
    process.exitCode = 1;
  });
}

function tellEnd({ failed, finished, counts }: CampaignResult, campaign: Campaign): void {
  const { seeds, days, credentials } = campaign;
  const asked = finished === seeds.length ? '' : ` (${seeds.length} asked for)`;
  const which = failed.length === 0 ? '' : ` (${failed.map(({ seed }) => seed).join(', ')})`;
  write(`seeds with a violation: ${failed.length} of ${finished}${asked}${which}`);
  const [first] = failed;
  if (first !== undefined) {
    const options = `--seed ${first.seed} --days ${days} --credentials ${credentials}`;
    write(`npm run simulate -- ${options} shows what led to the first of them.`);
    write(explanationOf(failed.flatMap(({ violation }) => violation?.rule ?? [])));
  }
  write(unmetIn(counts));
}

function quotedForShell(argument: string): string {
  if (/^[\w./:=,@%+-]+$/.test(argument)) return argument;
  return `'${argument.replaceAll("'", "'\\''")}'`;
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

const goOnWithoutReader = endWithReader();
await main();
