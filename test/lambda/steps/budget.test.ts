import { readFileSync } from 'node:fs';
import { PutSecretValueCommand } from '@aws-sdk/client-secrets-manager';
import { describe, expect, it } from 'vitest';
import { tagKeys } from '../../../core/contract.ts';
import type { Command } from '../../../core/event.ts';
import type { SecretStore, TokenEndpoint } from '../../../core/ports.ts';
import { timeoutLimits } from '../../../infra/timing.ts';
import {
  assertRenewalFits,
  budget,
  closingSeconds,
  imsReserve,
  renewalSeconds,
  tickSeconds,
  timeouts,
} from '../../../lambda/steps/budget.ts';
import { renewCredential } from '../../../lambda/steps/renew-credential.ts';
import {
  actionsOf,
  pastTheBudget,
  putToken,
  secretId,
  setTag,
  startCredential,
  statusOf,
} from '../../support/credential.ts';
import { tick } from '../../support/outcomes.ts';
import { type Parts, plainClient, readToken } from '../../support/start-parts.ts';

const call = timeouts.secretsManager.total;
const request = timeouts.ims.total;

/** Counts the seconds of calls that each take their full time-out; parallel calls count once. */
class Stopwatch {
  elapsed = 0;

  slow<Port extends object>(port: Port, seconds: number): Port {
    return new Proxy(port, {
      get: (target, key) => {
        const method: unknown = Reflect.get(target, key);
        if (typeof method !== 'function') return method;
        return async (...args: readonly unknown[]) => {
          const end = this.elapsed + seconds;
          const output: unknown = await method.apply(target, args);
          this.elapsed = Math.max(this.elapsed, end);
          return output;
        };
      },
    });
  }
}

/** Stores a token by hand that names an earlier client secret, and leaves an unfinished rotation. */
async function storeLongestToRenew(parts: Parts): Promise<void> {
  const { SecretString = '' } = (await readToken(parts, 'fusion')) ?? {};
  const document: object = JSON.parse(SecretString);
  await putToken(parts, 'fusion', { ...document, client_secret_version: 'an-earlier-version' });
  await plainClient(parts).send(
    new PutSecretValueCommand({
      SecretId: secretId('fusion', 'token'),
      SecretString: 'of a rotation',
      VersionStages: ['AWSPENDING'],
    }),
  );
  const failing = 'failing code=ERR_TOKEN_REJECTED since=2026-11-22T11:00:00Z credential=0a0b0c0d';
  await setTag(parts, 'fusion', tagKeys.status, failing);
}

/** Renews with every call that a renewal can make, and returns the seconds that it took. */
async function longestRenewal(parts: Parts, validate: boolean): Promise<number> {
  await tick(parts.run());
  await storeLongestToRenew(parts);
  // The put finds its version there, without the label.
  parts.ims.faults.inject({ kind: 'repeat-token' });
  parts.secretsManager.clearCalls();
  const stopwatch = new Stopwatch();
  const { config, secrets, tokenEndpoint } = parts.run();
  const run = parts.run({
    config: { ...config, validate },
    secrets: stopwatch.slow<SecretStore>(secrets, call),
    tokenEndpoint: stopwatch.slow<TokenEndpoint>(tokenEndpoint, request),
    now: pastTheBudget(parts),
    remaining: () => renewalSeconds({ validate }) - stopwatch.elapsed,
  });
  expect(await renewCredential(run, 'fusion')).toMatchObject({ outcome: 'renewed' });
  return stopwatch.elapsed;
}

describe('a renewal whose every call takes its full time-out', () => {
  it.each([false, true])('fits its budget to the second (validate: %s)', async (validate) => {
    const parts = await startCredential();
    expect(await longestRenewal(parts, validate)).toBe(renewalSeconds({ validate }));
    expect(await statusOf(parts)).toBe('ok');
    expect(actionsOf(parts).slice(0, 10).toSorted()).toEqual([
      'DescribeSecret',
      ...Array.from({ length: 4 }, () => 'GetSecretValue'),
      'PutSecretValue',
      ...Array.from({ length: 2 }, () => 'TagResource'),
      ...Array.from({ length: 2 }, () => 'UpdateSecretVersionStage'),
    ]);
  });

  it.each([false, true])('fits the shortest time-out (validate: %s)', (validate) => {
    const shortest = 60 * timeoutLimits.least;
    expect(shortest).toBeGreaterThanOrEqual(tickSeconds({ validate }) + closingSeconds);
  });
});

describe('the reserve', () => {
  const renewal = renewalSeconds({ validate: false });

  it.each([
    ['another page of the list and a renewal', budget.list.reserve, call + renewal],
    ['another read and the status', budget.read.reserve, call + call],
    ['another token request, the put and the status', budget.mint.reserve, request + call + call],
    ['another validation, the put and the status', budget.validate.reserve, request + call + call],
    ['another put', budget.put.reserve, call],
    ['another move of a label', budget.label.reserve, call],
    ['another write of the status', budget.tag.reserve, call],
    ['a first token request and the put', imsReserve, request + call],
  ])('leaves time for %s', (_, reserve, needed) => {
    expect(reserve).toBeGreaterThanOrEqual(needed);
  });

  it('for a token request is still there after the reads of a renewal', () => {
    expect(renewal - 3 * call).toBeGreaterThanOrEqual(imsReserve);
    expect(renewalSeconds({ validate: true }) - 3 * call - request).toBeGreaterThanOrEqual(
      imsReserve,
    );
  });
});

describe('assertRenewalFits', () => {
  const step = {
    credential: 'fusion',
    kind: 'token',
    step: 'createSecret',
    secretId: 'arn',
    versionId: 'v1',
  } as const;
  const commands: readonly [Command, boolean][] = [
    [{ action: 'tick' }, true],
    [{ action: 'renew', credentials: ['fusion'], force: { force: false } }, true],
    [{ action: 'rotate', ...step }, true],
    [{ action: 'status' }, false],
    [{ action: 'ignore' }, false],
  ];

  it.each(
    commands.flatMap(([command, renews]) =>
      [false, true].map((validate) => [command.action, validate, command, renews] as const),
    ),
  )('checks %s (validate: %s)', async (_, validate, command, renews) => {
    const parts = await startCredential();
    const { config } = parts.run();
    const check = (remaining: number) => (): void =>
      assertRenewalFits(
        parts.run({ config: { ...config, validate }, remaining: () => remaining }),
        command,
      );
    const needed = (command.action === 'tick' ? tickSeconds : renewalSeconds)({ validate });
    expect(check(needed)).not.toThrow();
    if (!renews) expect(check(needed - 1)).not.toThrow();
    else {
      expect(check(needed - 1)).toThrow(
        expect.objectContaining({
          code: 'ERR_CONFIG_INVALID',
          message: expect.stringContaining(`at least ${needed + closingSeconds} seconds`),
        }),
      );
    }
  });
});

it('gives the adapters the time-outs that it adds up', () => {
  const handler = readFileSync(new URL('../../../lambda/handler.ts', import.meta.url), 'utf8');
  const given = [...handler.matchAll(/timeouts: ([\w.]+)/g)].map(([, value]) => value);
  expect(given).toEqual(['timeouts.secretsManager', 'timeouts.ims', 'timeouts.console']);
});
