import { DeleteSecretCommand } from '@aws-sdk/client-secrets-manager';
import { describe, expect, it } from 'vitest';
import { tagKeys } from '../../core/contract.ts';
import { hour } from '../support/builders.ts';
import {
  callsOf,
  instantIn,
  secretId,
  setTag,
  startCredential,
  startDueCredential,
} from '../support/credential.ts';
import { countedTick, failureOf } from '../support/outcomes.ts';
import { plainClient, seedCredential, startParts } from '../support/start-parts.ts';
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

describe('the metrics of a run', () => {
  it('are none if the list could not be read, so that the alarm on silence is raised', async () => {
    const parts = await startCredential();
    parts.secretsManager.faults.inject({ kind: 'denied' }, { when: callsOf('ListSecrets') });
    expect(await countedTick(parts.run())).toEqual([]);
    expect(parts.metrics).toEqual([]);
  });

  it('are the published ones and no others, with the rotator as the only dimension', async () => {
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
    const gauges = [
      'Ticks',
      'Managed',
      'Failing',
      'Paused',
      'MinLifeLeft',
      'MinSecondsToExpiry',
      'Renewed',
    ];
    expect(new Set(names[0])).toEqual(new Set(['RenewalDuration', ...gauges]));
    expect(new Set(names[1])).toEqual(new Set(gauges));
    expect(lines[0]).toMatchObject({ Ticks: 1, Managed: 1, Failing: 0, Renewed: 1 });
    expect(lines[1]).toMatchObject({ Ticks: 1, Managed: 1, Failing: 0, Renewed: 0 });
    expect(lines[1]).toMatchObject({ least_life_left_credential: 'fusion' });
  });

  it('are missing when the list could not be read, because their absence is the alarm', async () => {
    const { world, invoke } = await startRotator();
    const when = callsOf('ListSecrets');
    world.secretsManager.faults.inject({ kind: 'denied' }, { when });
    await invoke({ action: 'tick' });
    expect(emf(world.lambda.logs(world.functionName))).toEqual([]);
  });

  it('include a token that was stored by hand while its credential backs off', async () => {
    const parts = await startCredential();
    const [issued_at, expires_at] = [instantIn(parts, -hour), instantIn(parts, hour)];
    parts.secretsManager.seed({
      name: secretId('fusion', 'token'),
      secretString: JSON.stringify({ access_token: 'by-hand', issued_at, expires_at }),
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

  it('do not count a tick when one credential is renewed', async () => {
    const { world, onboard, invoke } = await startRotator();
    await onboard('fusion');
    await invoke({ action: 'renew', credential: 'fusion' });
    const [line] = emf(world.lambda.logs(world.functionName));
    expect(line).toMatchObject({ Renewed: 1 });
    expect(line).not.toHaveProperty('Ticks');
    expect(line).not.toHaveProperty('Managed');
  });

  it('are not emitted for status', async () => {
    const { world, onboard, invoke } = await startRotator();
    await onboard('fusion');
    await invoke({ action: 'status' });
    expect(emf(world.lambda.logs(world.functionName))).toEqual([]);
  });
});

describe('the log of a run', () => {
  it('counts tokens whose lifetime is too short', async () => {
    const { world, onboard, invoke } = await startRotator();
    const { clientId } = await onboard('fusion');
    world.ims.client(clientId).lifetimeSeconds = 2_399;
    await invoke({ action: 'tick' });
    expect(world.lambda.logs(world.functionName).join('\n')).toContain('"short_lived":1');
  });

  it('has one line for each credential that was renewed, and one for the run', async () => {
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
      failed_replicas: 0,
      short_lived: 0,
    });
  });
});

describe('the remaining life', () => {
  it('is the smallest of all tokens, including that of a deleted credential', async () => {
    const parts = await startParts();
    seedCredential(parts, 'gone');
    seedCredential(parts, 'healthy');
    parts.ims.client('client-gone').lifetimeSeconds = 10 * hour;
    await countedTick(parts.run());
    await plainClient(parts).send(
      new DeleteSecretCommand({ SecretId: secretId('gone', 'client') }),
    );
    parts.clock.advance(4 * hour);
    parts.metrics.length = 0;
    await countedTick(parts.run());
    expect(parts.metrics).toEqual([
      ['Ticks', 1],
      ['Managed', 2],
      ['Failing', 1],
      ['Paused', 0],
      ['MinLifeLeft', 60],
      ['MinSecondsToExpiry', 6 * hour],
      ['Renewed', 0],
    ]);
    expect([...parts.properties]).toEqual([
      ['least_life_left_credential', 'gone'],
      ['failing_credentials', 'gone'],
    ]);
  });

  it('is not emitted when the only token is paused', async () => {
    const parts = await startCredential();
    await countedTick(parts.run());
    await setTag(parts, 'fusion', tagKeys.paused, 'true');
    parts.metrics.length = 0;
    await countedTick(parts.run());
    expect(parts.metrics).toEqual([
      ['Ticks', 1],
      ['Managed', 1],
      ['Failing', 0],
      ['Paused', 1],
      ['MinPausedLifeLeft', 100],
      ['Renewed', 0],
    ]);
  });

  it('includes the tokens that this run has renewed', async () => {
    const parts = await startCredential();
    await countedTick(parts.run());
    expect(parts.metrics).toContainEqual(['MinSecondsToExpiry', 86_399]);
  });
});

describe('a single failing credential', () => {
  it('is counted, and fails the invocation', async () => {
    const parts = await startDueCredential();
    parts.ims.faults.inject({ kind: 'reset' });
    const outcomes = await countedTick(parts.run());
    expect(failureOf(outcomes)).toBeDefined();
    expect(parts.metrics).toContainEqual(['Failing', 1]);
  });
});
