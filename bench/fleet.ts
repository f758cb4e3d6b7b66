import assert from 'node:assert/strict';
import { AnsweringServer } from './answering-server.ts';
import { type Contestant, contestants, measure } from './contestants.ts';
import { rounded } from './figures.ts';

const once = { count: 1, warmUp: 0 } as const;

/**
 * One tick over a fleet of which nothing is due, and one of which a hundredth is, each against a loop
 * of the same calls: as many at once, and no more renewals a second than the quota allows.
 */
export async function* benchFleet(credentials: number) {
  const server = new AnsweringServer();
  await server.start();
  try {
    const everybody = await contestants();
    const listing = new Map<string, number>();
    for (const every of [0, 100]) {
      const isDue = (index: number): boolean => every > 0 && index % every === 0;
      const due = every > 0 ? Math.ceil(credentials / every) : 0;
      for (const bench of ['floor', 'rotator'] as const) {
        const { seconds, mebibytes } = await tick(everybody, bench, server, {
          credentials,
          isDue,
          due,
        });
        if (due === 0) listing.set(bench, seconds);
        const renewing = seconds - (listing.get(bench) ?? 0);
        yield {
          bench,
          case: `${credentials} credentials, ${due === 0 ? 'nothing' : '1 %'} due`,
          median_ms: rounded(seconds * 1000, 0),
          rss_mb: rounded(mebibytes, 1),
          list_calls: Math.ceil(credentials / 50),
          renewals_per_second: due === 0 ? undefined : rounded(due / renewing, 1),
        };
      }
    }
  } finally {
    server.stop();
  }
}

async function tick(
  everybody: readonly Contestant[],
  name: Contestant['name'],
  server: AnsweringServer,
  fleet: {
    readonly credentials: number;
    readonly isDue: (index: number) => boolean;
    readonly due: number;
  },
): Promise<{ readonly seconds: number; readonly mebibytes: number }> {
  const contestant = everybody.find((each) => each.name === name);
  assert(contestant);
  server.serveFleet(fleet.credentials, fleet.isDue);
  const { milliseconds, renewed, peak } = await measure(contestant, server.url, once);
  assert.equal(renewed, fleet.due);
  assert.equal(server.calls.get('ListSecrets'), Math.ceil(fleet.credentials / 50));
  assert.equal(server.calls.get('PutSecretValue') ?? 0, fleet.due);
  return { seconds: (milliseconds[0] ?? Number.NaN) / 1000, mebibytes: peak / 1024 };
}
