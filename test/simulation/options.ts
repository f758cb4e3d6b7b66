import { parseArgs } from 'node:util';

export const usage = `Usage: npm run simulate -- [options]

  --seed N          one seed (1); if it fails, the least that makes it fail
  --seeds FROM-TO   many seeds
  --days D          of each seed (30)
  --credentials C   of each seed (10)
  --jobs J          seeds at the same time (1)
  --stop            ends at the first seed that fails
  --report FILE     writes what was simulated, in Markdown; with --seeds`;

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
  const seeds = values.seeds === undefined ? undefined : seedsIn(values.seeds);
  if (seeds === undefined && values.report !== undefined) throw new TypeError(usage);
  return {
    seeds,
    seed: positive(values.seed),
    days: positive(values.days),
    credentials: positive(values.credentials),
    jobs: positive(values.jobs),
    stops: values.stop,
    report: values.report,
  };
}

function seedsIn(text: string): readonly number[] {
  const [, first, last] = /^(\d+)-(\d+)$/.exec(text) ?? [];
  const [from, to] = [positive(first), positive(last)];
  if (to < from) throw new TypeError(usage);
  return Array.from({ length: to - from + 1 }, (_, index) => from + index);
}

function positive(text = ''): number {
  if (!/^[1-9]\d{0,8}$/.test(text)) throw new TypeError(usage);
  return Number(text);
}
