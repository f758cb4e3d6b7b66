import assert from 'node:assert/strict';
import { AnsweringServer } from './answering-server.ts';
import { type Contestant, contestants, type Measured, measure } from './contestants.ts';
import { median, rounded } from './figures.ts';
import { lifetime } from './secrets.ts';

interface Case {
  readonly name: string;
  /** Tokens that each run renews. */
  readonly renewed: 0 | 1;
  readonly runs: { readonly count: number; readonly warmUp: number };
}

interface Sample {
  readonly milliseconds: number;
  readonly mebibytes: number;
}

const once = { count: 1, warmUp: 0 } as const;

// Fewer than the function may store in a second: its pace is not what is measured.
const warm = { count: 36, warmUp: 12 } as const;

const cases: readonly Case[] = [
  { name: 'cold tick', renewed: 0, runs: once },
  { name: 'cold renewal', renewed: 1, runs: once },
  { name: 'warm tick', renewed: 0, runs: warm },
  { name: 'warm renewal', renewed: 1, runs: warm },
];

/**
 * Times a tick in fresh processes and in warm ones, everybody in turn, so that what else the machine
 * does hits all of them. A ratio is the median of the rounds' ratios.
 */
export async function* benchProcesses({ isQuick }: { readonly isQuick: boolean }) {
  const server = new AnsweringServer();
  await server.start();
  try {
    const everybody = await contestants();
    for (const measuredCase of cases) {
      const isCold = measuredCase.runs === once;
      const rounds = isQuick ? 5 : isCold ? 41 : 21;
      yield* rowsOf(measuredCase.name, await samplesOf(everybody, server, measuredCase, rounds));
    }
  } finally {
    server.stop();
  }
}

async function samplesOf(
  everybody: readonly Contestant[],
  server: AnsweringServer,
  { name, renewed, runs }: Case,
  rounds: number,
): Promise<ReadonlyMap<string, readonly Sample[]>> {
  const samples = new Map<string, Sample[]>(everybody.map((contestant) => [contestant.name, []]));
  // The first round warms up the file system, and counts for nothing.
  for (let round = 0; round <= rounds; round += 1) {
    const turn = round % everybody.length;
    for (const contestant of [...everybody.slice(turn), ...everybody.slice(0, turn)]) {
      server.serveOne(renewed === 1 ? 600 : lifetime);
      const result: Measured = await measure(contestant, server.url, runs);
      assert.deepEqual(
        { who: contestant.name, renewed: result.renewed, calls: Object.fromEntries(server.calls) },
        { who: contestant.name, renewed, calls: expectedCalls(renewed, runs.count) },
        name,
      );
      const sample = { milliseconds: median(result.milliseconds), mebibytes: result.peak / 1024 };
      if (round > 0) samples.get(contestant.name)?.push(sample);
    }
  }
  return samples;
}

/** The calls of so many runs, which are the same for everybody. */
function expectedCalls(renewed: 0 | 1, runs: number): Readonly<Record<string, number>> {
  if (renewed === 0) return { ListSecrets: runs };
  const calls = ['ListSecrets', 'DescribeSecret', 'GetSecretValue', 'TagResource', 'token'];
  return Object.fromEntries([...calls, 'PutSecretValue'].map((call) => [call, runs]));
}

function* rowsOf(name: string, samples: ReadonlyMap<string, readonly Sample[]>) {
  for (const [bench, own] of samples) {
    const ratioTo = (other: string): number => {
      const others = samples.get(other) ?? [];
      const ratios = own.map(({ milliseconds }, round) => {
        return milliseconds / (others[round]?.milliseconds ?? Number.NaN);
      });
      return rounded(median(ratios), 2);
    };
    yield {
      bench,
      case: name,
      median_ms: rounded(median(own.map(({ milliseconds }) => milliseconds)), 2),
      ratio_to_floor: ratioTo('floor'),
      ratio_to_habit: ratioTo('habit'),
      rss_mb: rounded(median(own.map(({ mebibytes }) => mebibytes)), 1),
    };
  }
}
