import { DeleteSecretCommand, TagResourceCommand } from '@aws-sdk/client-secrets-manager';
import { describe, expect, it } from 'vitest';
import { tick } from '../../lambda/commands/tick.ts';
import { hour } from '../support/builders.ts';
import { countedTick, plainClient, seedCredential, startParts } from '../support/start-parts.ts';
import { startRotator } from '../support/start-rotator.ts';

interface EmfLine {
  readonly _aws: {
    readonly CloudWatchMetrics: readonly {
      readonly Namespace: string;
      readonly Dimensions: readonly string[][];
      readonly Metrics: readonly { readonly Name: string }[];
    }[];
  };
  readonly [name: string]: unknown;
}

const emf = (logs: readonly string[]): readonly EmfLine[] =>
  logs.filter((line) => line.startsWith('{"_aws"')).map((line) => JSON.parse(line));

describe('the metrics of the bundle', () => {
  it('are those of the design and no others, with the rotator as their one dimension', async () => {
    const { world, onboard, invoke } = await startRotator();
    await onboard('fusion');
    await invoke({ action: 'tick' });
    await invoke({ action: 'tick' });
    const lines = emf(world.lambda.logs(world.functionName));
    expect(lines).toHaveLength(2);
    for (const line of lines) {
      const [metrics, ...others] = line._aws.CloudWatchMetrics;
      expect(others).toEqual([]);
      expect(metrics).toMatchObject({ Namespace: 'ImsTokenRotator', Dimensions: [['rotator']] });
      expect(line['rotator']).toBe('local');
    }
    const names = lines.map((line) =>
      line._aws.CloudWatchMetrics[0]?.Metrics.map(({ Name }) => Name),
    );
    const gauges = ['Ticks', 'Managed', 'Failing', 'MinLifeLeft', 'MinSecondsToExpiry', 'Renewed'];
    expect(new Set(names[0])).toEqual(new Set(['RenewalDuration', ...gauges]));
    expect(new Set(names[1])).toEqual(new Set(gauges));
    expect(lines[0]).toMatchObject({ Ticks: 1, Managed: 1, Failing: 0, Renewed: 1 });
    expect(lines[1]).toMatchObject({ Ticks: 1, Managed: 1, Failing: 0, Renewed: 0 });
    expect(lines[1]).toMatchObject({ least_life_left_credential: 'fusion' });
  });

  it('are not there when the list could not be read: silence is the alarm', async () => {
    const { world, invoke } = await startRotator();
    const when = ({ action }: { action: string }) => action === 'ListSecrets';
    world.secretsManager.faults.inject({ kind: 'denied' }, { when });
    await invoke({ action: 'tick' });
    expect(emf(world.lambda.logs(world.functionName))).toEqual([]);
  });

  it('count a token that was put there by hand while its credential waits after a failure', async () => {
    const parts = await startParts();
    seedCredential(parts, 'fusion');
    const at = (seconds: number): string =>
      new Date((parts.clock.seconds + seconds) * 1000).toISOString();
    const byHand = { access_token: 'by-hand', issued_at: at(-hour), expires_at: at(hour) };
    parts.secretsManager.seed({
      name: 'ims-token-rotator/prod/fusion/token',
      secretString: JSON.stringify(byHand),
    });
    parts.ims.removeClient('client-fusion');
    expect(await countedTick(parts.run())).toMatchObject([{ outcome: 'failed' }]);
    parts.clock.advance(60);
    parts.metrics.length = 0;
    parts.secretsManager.clearCalls();
    expect(await countedTick(parts.run())).toMatchObject([
      { reason: 'backing-off', outcome: 'kept' },
    ]);
    expect(parts.metrics).toContainEqual(['MinSecondsToExpiry', hour - 60]);
    expect(parts.properties.get('least_life_left_credential')).toBe('fusion');
    const calls = parts.secretsManager.calls.map(({ action }) => action);
    expect(calls).toEqual(['ListSecrets', 'GetSecretValue']);
  });

  it('of a run for one credential do not say that anybody looked at the list', async () => {
    const { world, onboard, invoke } = await startRotator();
    await onboard('fusion');
    await invoke({ action: 'renew', credential: 'fusion' });
    const [line] = emf(world.lambda.logs(world.functionName));
    expect(line).toMatchObject({ Renewed: 1 });
    expect(line).not.toHaveProperty('Ticks');
    expect(line).not.toHaveProperty('Managed');
  });

  it('and the summary tell of a token that lives too short, and of nothing for status', async () => {
    const { world, onboard, invoke } = await startRotator();
    const { clientId } = await onboard('fusion');
    world.ims.client(clientId).lifetimeSeconds = 2_399;
    await invoke({ action: 'status' });
    expect(emf(world.lambda.logs(world.functionName))).toEqual([]);
    await invoke({ action: 'tick' });
    expect(world.lambda.logs(world.functionName).join('\n')).toContain('"short_lived":1');
  });

  it('and the log have one line for each credential that did anything, and one for the run', async () => {
    const { world, onboard, invoke } = await startRotator();
    await onboard('fusion');
    await invoke({ action: 'tick' });
    await invoke({ action: 'tick' });
    const lines = world.lambda
      .logs(world.functionName)
      .filter((line) => line.startsWith('{"level"'))
      .map((line) => JSON.parse(line));
    expect(lines.map(({ message }) => message)).toEqual(['renewed', 'run', 'run']);
    expect(lines[0]).toMatchObject({
      rotator: 'local',
      credential: 'fusion',
      reason: 'token-missing',
    });
    expect(lines[1]).toMatchObject({
      action: 'tick',
      managed: 1,
      reasons: { 'token-missing': 1 },
      outcomes: { renewed: 1 },
      failing: 0,
      short_lived: 0,
    });
  });
});

describe('the gauges', () => {
  it('are the least over all tokens, also that of a credential that is gone', async () => {
    const parts = await startParts();
    seedCredential(parts, 'gone');
    seedCredential(parts, 'well');
    parts.ims.client('client-gone').lifetimeSeconds = 10 * hour;
    await countedTick(parts.run());
    await plainClient(parts).send(
      new DeleteSecretCommand({ SecretId: 'ims-token-rotator/prod/gone/client' }),
    );
    parts.clock.advance(4 * hour);
    parts.metrics.length = 0;
    await countedTick(parts.run());
    expect(parts.metrics).toEqual([
      ['Ticks', 1],
      ['Managed', 2],
      ['Failing', 1],
      ['MinLifeLeft', 60],
      ['MinSecondsToExpiry', 6 * hour],
      ['Renewed', 0],
    ]);
    expect([...parts.properties]).toEqual([
      ['least_life_left_credential', 'gone'],
      ['failing_credentials', 'gone'],
    ]);
  });

  it('are not emitted when there is no token, and leave out what is paused', async () => {
    const parts = await startParts();
    seedCredential(parts, 'fusion');
    await countedTick(parts.run());
    await plainClient(parts).send(
      new TagResourceCommand({
        SecretId: 'ims-token-rotator/prod/fusion/token',
        Tags: [{ Key: 'ims-token-rotator:paused', Value: 'true' }],
      }),
    );
    parts.metrics.length = 0;
    await countedTick(parts.run());
    expect(parts.metrics).toEqual([
      ['Ticks', 1],
      ['Managed', 1],
      ['Failing', 0],
      ['Renewed', 0],
    ]);
  });

  it('take what was renewed in this run from the run', async () => {
    const parts = await startParts();
    seedCredential(parts, 'fusion');
    await countedTick(parts.run());
    expect(parts.metrics).toContainEqual(['MinSecondsToExpiry', 86_399]);
  });
});

describe('a token that lives too short for the ticks', () => {
  it('is stored, and warned about', async () => {
    const parts = await startParts();
    seedCredential(parts, 'fusion');
    parts.ims.client('client-fusion').lifetimeSeconds = 2_399;
    expect(await tick(parts.run())).toMatchObject([{ outcome: 'renewed' }]);
    expect(parts.lines).toContainEqual({
      level: 'warn',
      message: "the token's lifetime is too short for the tick interval",
      fields: { credential: 'fusion' },
    });
  });
});

describe('the remote check, if it is set', () => {
  it('stores a token that IMS takes, and refuses one that it does not', async () => {
    const parts = await startParts();
    seedCredential(parts, 'fusion');
    const checking = () => {
      const run = parts.run();
      return { ...run, config: { ...run.config, validate: true } };
    };
    parts.ims.faults.inject(
      { kind: 'server-error', status: 503 },
      { when: ({ path }) => path === '/ims/validate_token/v1' },
    );
    expect(await tick(checking())).toMatchObject([{ error: { code: 'ERR_TOKEN_UNAVAILABLE' } }]);
    parts.ims.faults.clear();
    expect(await tick(checking())).toMatchObject([{ outcome: 'renewed' }]);

    parts.clock.advance(12 * hour);
    const endpoint = parts.run().tokenEndpoint;
    const revoking = checking();
    const run = {
      ...revoking,
      tokenEndpoint: {
        validate: endpoint.validate.bind(endpoint),
        request: async (...request: Parameters<typeof endpoint.request>) => {
          const response = await endpoint.request(...request);
          parts.ims.revoke(JSON.parse(response.body).access_token);
          return response;
        },
      },
    };
    expect(await tick(run)).toMatchObject([{ error: { code: 'ERR_TOKEN_INVALID' } }]);
  });
});
