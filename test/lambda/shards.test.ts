import { describe, expect, it } from 'vitest';
import type { SecretStore } from '../../core/ports.ts';
import type { Shard } from '../../core/shard.ts';
import type { Run } from '../../lambda/steps/run.ts';
import { hour } from '../support/builders.ts';
import { actionsOf, secretId } from '../support/credential.ts';
import { tick } from '../support/outcomes.ts';
import { type Parts, seedCredential, startParts } from '../support/start-parts.ts';
import { startRotator } from '../support/start-rotator.ts';

const shardsOf = (of: number): readonly Shard[] =>
  Array.from({ length: of }, (_, index) => ({ number: index + 1, of }));

// The stem itself, parts of it, more than it, and names without it.
const names = ['a', 'admin', 'c', 'cu', 'cu-', 'cu-x', 'cum', 'zebra'];
const fleet = [...names, ...Array.from({ length: 20 }, (_, index) => `cu-${index}`)];

async function startFleet(): Promise<Parts> {
  const parts = await startParts();
  for (const name of fleet) seedCredential(parts, name);
  return parts;
}

/** A run, with the names of all secrets that it was shown. */
function observedRun(
  parts: Parts,
  config: Partial<Run['config']> = {},
): { readonly run: Run; readonly shown: readonly string[] } {
  const run = parts.run({ config: { ...parts.run().config, ...config } });
  const shown: string[] = [];
  const listPage: SecretStore['listPage'] = async (...request) => {
    const page = await run.secrets.listPage(...request);
    shown.push(...page.rows.map(({ name }) => name));
    return page;
  };
  const secrets = new Proxy(run.secrets, {
    get: (target, key: keyof SecretStore) =>
      key === 'listPage' ? listPage : target[key].bind(target),
  });
  return { run: { ...run, secrets }, shown };
}

describe.each([
  { of: 2, stems: [] },
  { of: 4, stems: ['cu-'] },
  { of: 7, stems: ['cu-', 'cu-1', 'zebra'] },
])('$of shards with the stems $stems', ({ of, stems }) => {
  const config = { shardStems: new Set(stems) };

  it('renew every token once, and none is shown to two of them', async () => {
    const parts = await startFleet();
    const shown: string[] = [];
    for (const shard of shardsOf(of)) {
      const observed = observedRun(parts, config);
      const outcomes = await tick(observed.run, shard);
      expect(new Set(outcomes.map(({ outcome }) => outcome))).toEqual(
        new Set(outcomes.length === 0 ? [] : ['renewed']),
      );
      expect(observed.shown).toHaveLength(2 * outcomes.length);
      shown.push(...observed.shown);
    }
    expect(shown).toHaveLength(2 * fleet.length);
    const secrets = fleet.flatMap((name) => [secretId(name, 'client'), secretId(name, 'token')]);
    expect(new Set(shown)).toEqual(new Set(secrets));
    expect(parts.ims.mintCount).toBe(fleet.length);
  });

  it('report a declared and an imported credential once that have no secrets', async () => {
    const parts = await startParts();
    const arn = 'arn:aws:secretsmanager:us-east-1:111122223333:secret:team/adobe-AbCdEf';
    const missing = {
      ...config,
      declared: new Set(['cu-7', 'fusion']),
      clientSecrets: new Map([['zebra', arn]]),
    };
    const reported: string[] = [];
    for (const shard of shardsOf(of)) {
      const outcomes = await tick(observedRun(parts, missing).run, shard);
      reported.push(...outcomes.map(({ credential, reason }) => `${credential}: ${reason}`));
    }
    expect(reported).toHaveLength(3);
    const missed = ['cu-7', 'fusion', 'zebra'].map((name) => `${name}: token-secret-missing`);
    expect(new Set(reported)).toEqual(new Set(missed));
  });

  it('need few list calls for a small fleet', async () => {
    const parts = await startParts();
    seedCredential(parts, 'cu-1');
    for (const shard of shardsOf(of)) await tick(observedRun(parts, config).run, shard);
    // 36 prefixes for the first character, and at most 37 for each further one of a stem.
    const prefixes = 36 + 37 * new Set(stems.flatMap((stem) => beginnings(stem))).size;
    const lists = actionsOf(parts).filter((action) => action === 'ListSecrets');
    expect(lists.length).toBeLessThanOrEqual(Math.ceil(prefixes / 10) + of);
  });
});

function beginnings(stem: string): readonly string[] {
  return [...stem].map((_, index) => stem.slice(0, index + 1));
}

describe('a tick of another layout, late or twice', () => {
  it('renews what is due, and mints nothing twice', async () => {
    const parts = await startFleet();
    const run = (shard: Shard) => tick(parts.run(), shard);
    for (const shard of shardsOf(4)) await run(shard);
    expect(parts.ims.mintCount).toBe(fleet.length);
    for (const shard of [...shardsOf(7), ...shardsOf(4), { number: 1, of: 1 }]) await run(shard);
    await tick(parts.run());
    expect(parts.ims.mintCount).toBe(fleet.length);
    parts.clock.advance(13 * hour);
    for (const shard of [...shardsOf(4).slice(2), ...shardsOf(7), ...shardsOf(4)]) await run(shard);
    expect(parts.ims.mintCount).toBe(2 * fleet.length);
  });
});

function jsonLines(lines: readonly string[]) {
  return lines.filter((line) => line.startsWith('{')).map((line) => JSON.parse(line));
}

describe('the tick of a shard in the deployed function', () => {
  it('is counted for the rotator and for the shard, and its log line shows its size', async () => {
    const { world, onboard, invoke } = await startRotator();
    for (const name of ['0', '1', '4', '8']) await onboard(name);
    const { result } = await invoke({ action: 'tick', shard: '1/4' });
    expect(result).toMatchObject({ managed: 3, outcomes: { renewed: 3 } });

    const logs = jsonLines(world.lambda.logs(world.functionName));
    const run = logs.find(({ message }) => message === 'run');
    expect(run).toMatchObject({ action: 'tick', shard: '1/4', managed: 3 });
    const [metrics] = logs.flatMap(({ _aws }) => _aws?.CloudWatchMetrics ?? []);
    expect(metrics.Dimensions).toEqual(expect.arrayContaining([['rotator'], ['rotator', 'shard']]));
    expect(metrics.Dimensions).toHaveLength(2);
    const { metrics: store } = world.aws.account;
    const range = { from: 0, to: Date.now() + 60_000, periodMs: Date.now() + 60_000 };
    for (const dimensions of [{ rotator: 'local' }, { rotator: 'local', shard: '1/4' }]) {
      const managed = { namespace: 'ImsTokenRotator', name: 'Managed', dimensions };
      expect(store.datapoints(managed, range, 'Maximum')).toMatchObject([{ value: 3 }]);
    }
  });

  it('is counted for the rotator alone without a shard, also in a sandbox that knew one', async () => {
    const { world, onboard, invoke } = await startRotator();
    await onboard('fusion');
    await invoke({ action: 'tick', shard: '1/4' });
    await invoke({ action: 'tick' });
    const lines = jsonLines(world.lambda.logs(world.functionName));
    const [, metrics] = lines.flatMap(({ _aws }) => _aws?.CloudWatchMetrics ?? []);
    expect(metrics.Dimensions).toEqual([['rotator']]);
  });

  it('is no pass over the fleet where the rotator has other shards', async () => {
    const { world, onboard, invoke } = await startRotator();
    await onboard('fusion');
    for (const shard of ['1/4', '1/1']) await invoke({ action: 'tick', shard });
    const lines = jsonLines(world.lambda.logs(world.functionName)).filter(({ _aws }) => _aws);
    expect(lines).toMatchObject([{ Managed: 0 }, { Managed: 1, Ticks: 1 }]);
    expect(lines[0]).not.toHaveProperty('Ticks');
  });
});
