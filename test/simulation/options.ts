import { parseArgs } from 'node:util';

export const usage = `Usage: npm run simulate -- [options]

  --seed N          one seed (1); if it fails, a shorter history that fails too
  --seeds FROM-TO   many seeds
  --days D          of each seed (30)
  --credentials C   of each seed (10)
  --jobs J          seeds at the same time (1); with --seeds
  --stop            ends at the first seed that fails; with --seeds
  --report FILE     writes what was simulated, in Markdown; with --seeds

A year of one credential takes two to five seconds of one core.`;

/** The upper limits of the options. */
const most = { seed: 999_999_999, days: 9_999, credentials: 999, jobs: 99 } as const;
const mostSeeds = 99_999;

const options = {
  seed: { type: 'string' },
  seeds: { type: 'string' },
  days: { type: 'string', default: '30' },
  credentials: { type: 'string', default: '10' },
  jobs: { type: 'string' },
  report: { type: 'string' },
  stop: { type: 'boolean' },
  help: { type: 'boolean', short: 'h' },
} as const;

export interface Options {
  /** Undefined for a campaign of one seed, which is looked at closely. */
  readonly seeds: readonly number[] | undefined;
  readonly seed: number;
  readonly days: number;
  readonly credentials: number;
  readonly jobs: number;
  readonly stops: boolean;
  readonly report: string | undefined;
}

/**
 * Undefined when help is asked for.
 *
 * @throws TypeError for anything that would simulate less than was asked, or nothing
 */
export function parseOptions(args: readonly string[]): Options | undefined {
  const { values } = parseArgs({ args: [...args], options });
  if (values.help === true) return undefined;
  const { stop = false, report } = values;
  const common = {
    days: positive('days', values.days),
    credentials: positive('credentials', values.credentials),
  };
  if (values.seeds === undefined) {
    const isOfMany = stop || report !== undefined || values.jobs !== undefined;
    if (isOfMany) throw new TypeError('--jobs, --stop and --report need --seeds');
    const seed = positive('seed', values.seed ?? '1');
    return { ...common, seeds: undefined, seed, jobs: 1, stops: false, report: undefined };
  }
  if (values.seed !== undefined) throw new TypeError('--seed and --seeds exclude each other');
  const [seed, ...others] = seedsIn(values.seeds);
  const jobs = positive('jobs', values.jobs ?? '1');
  return { ...common, seeds: [seed, ...others], seed, jobs, stops: stop, report };
}

function seedsIn(text: string): readonly [number, ...number[]] {
  const [, first, last] = /^(\d+)-(\d+)$/.exec(text) ?? [];
  const [from, to] = [wholeNumber(first, most.seed), wholeNumber(last, most.seed)];
  if (from === undefined || to === undefined)
    throw new TypeError(`--seeds must be a range such as 1-20, ${limitOf(most.seed)}`);
  if (to < from) throw new TypeError('--seeds must begin with the lower number, such as 1-20');
  if (to - from >= mostSeeds)
    throw new TypeError(`--seeds must be ${mostSeeds.toLocaleString('en-US')} seeds at most`);
  return [from, ...Array.from({ length: to - from }, (_, index) => from + 1 + index)];
}

function positive(option: keyof typeof most, text: string): number {
  const number = wholeNumber(text, most[option]);
  if (number !== undefined) return number;
  throw new TypeError(`--${option} must be a whole number ${limitOf(most[option])}`);
}

function wholeNumber(text: string | undefined, limit: number): number | undefined {
  return /^[1-9]\d{0,8}$/.test(text ?? '') && Number(text) <= limit ? Number(text) : undefined;
}

function limitOf(limit: number): string {
  return `from 1 to ${limit.toLocaleString('en-US')}`;
}
