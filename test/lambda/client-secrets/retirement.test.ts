import { PutSecretValueCommand, TagResourceCommand } from '@aws-sdk/client-secrets-manager';
import { describe, expect, it } from 'vitest';
import { tagKeys } from '../../../core/contract.ts';
import type { ConsoleFault } from '../../../emulators/console-api/fault.ts';
import { timeoutLimits } from '../../../infra/timing.ts';
import { closingSeconds } from '../../../lambda/steps/budget.ts';
import { day, hour } from '../../support/builders.ts';
import { callsOf } from '../../support/credential.ts';
import { tick } from '../../support/outcomes.ts';
import { startSlow, startSwapped, tellingIf } from '../../support/retired-client-secret.ts';
import { clientSecretOf } from '../../support/start-parts.ts';
import {
  ClientSecretId,
  type RotatingClient,
  renewAfter,
  startRotated,
  startRotatingClient,
} from '../../support/start-rotating-client.ts';

const old = clientSecretOf('fusion');
const half = 12 * hour;

function warnings({ parts }: RotatingClient) {
  return parts.lines.filter(({ level }) => level === 'warn').map(({ fields }) => fields['why']);
}

describe('a retired client secret', () => {
  it('is deleted at Adobe by the first renewal after a day, and the value stays', async () => {
    const rotating = await startRotated();
    const labels = await rotating.labels();
    await renewAfter(rotating, half);
    expect(rotating.live()).toHaveLength(2);
    expect(rotating.parts.consoleApi.requests).toEqual([]);
    await renewAfter(rotating, half);
    expect(rotating.live()).toEqual([(await rotating.entries())[0]?.client_secret]);
    expect(await rotating.tag()).toBe('none');
    expect(await rotating.labels()).toEqual(labels);
    expect(rotating.parts.lines.at(-1)?.message).toBe(
      'the retired client secret is deleted at Adobe',
    );
  });

  it('is not asked about again after that', async () => {
    const rotating = await startRotated();
    await renewAfter(rotating, half);
    await renewAfter(rotating, half);
    rotating.parts.consoleApi.clearRequests();
    const minted = rotating.parts.ims.mintCount;
    await renewAfter(rotating, half);
    expect(rotating.parts.consoleApi.requests).toEqual([]);
    expect(rotating.parts.ims.mintCount).toBe(minted + 1);
  });

  it('stays while somebody uses it, with a warning at each renewal', async () => {
    const rotating = await startRotated();
    const { adobe, parts } = rotating;
    parts.clock.advance(hour);
    adobe.liveSecret(old)?.recordUse(parts.clock.seconds * 1000);
    await renewAfter(rotating, day);
    await renewAfter(rotating, half);
    expect(rotating.live()).toContain(old);
    const why = 'somebody used it at 2026-11-22T14:30:00Z, after it was retired';
    expect(warnings(rotating)).toEqual([why, why]);
    expect(`${await rotating.tag()}`).toMatch(/^retired /);
  });

  it.each([true, false])(
    'was used until its rotation was complete, two days later, and Secrets Manager tells when: %s',
    async (tells) => {
      const rotating = await startSlow();
      const { parts } = rotating;
      const told = tellingIf(tells, rotating);
      parts.clock.advance(1_800);
      await tick(parts.run());
      parts.clock.advance(day);
      await tick(parts.run(told));
      expect(rotating.live().includes(old)).toBe(!tells);
      expect(`${warnings(rotating)}`).toMatch(tells ? /^$/ : /^somebody used it at /);
    },
  );

  it('stays while Adobe does not know that its successor is used', async () => {
    const rotating = await startRotated();
    rotating.parts.consoleApi.faults.inject({ kind: 'no-usages' }, { times: 1 });
    await renewAfter(rotating, day);
    expect(rotating.live()).toContain(old);
    expect(warnings(rotating)).toEqual(['its successor has not been used since']);
    await renewAfter(rotating, half);
    expect(rotating.live()).not.toContain(old);
  });

  it('stays after a person has gone back to it, until Adobe tells of a use of the other one since', async () => {
    const rotating = await startSwapped();
    await renewAfter(rotating, 60);
    expect(rotating.live()).toContain(old);
    expect(warnings(rotating)).toEqual(['its successor has not been used since']);
  });

  it('stays, without a failure, where the stored credential has no other', async () => {
    const rotating = await startRotated();
    const { parts, client } = rotating;
    const [, retired] = await rotating.entries();
    const client_secrets = [retired];
    const SecretString = JSON.stringify({ ...(await rotating.document()), client_secrets });
    await client.send(new PutSecretValueCommand({ SecretId: ClientSecretId, SecretString }));
    await renewAfter(rotating, day);
    expect(rotating.live()).toContain(old);
    expect(warnings(rotating)).toEqual(['the stored credential has none that is not retired']);
    expect(parts.consoleApi.requests).toEqual([]);
  });

  it('counts as deleted if a person has deleted it', async () => {
    const rotating = await startRotated();
    rotating.adobe.removeSecret(old);
    await renewAfter(rotating, day);
    expect(await rotating.tag()).toBe('none');
    expect(warnings(rotating)).toEqual([]);
  });

  it('does not manage itself when its successor is gone', async () => {
    const rotating = await startRotated();
    const { parts, adobe } = rotating;
    const [, successor = ''] = rotating.live();
    adobe.removeSecret(successor);
    const minted = parts.ims.mintCount;
    await renewAfter(rotating, day);
    expect(parts.ims.mintCount).toBe(minted + 1);
    expect(parts.consoleApi.requests).toEqual([]);
    expect(rotating.live()).toEqual([old]);
  });

  it('is left to its owner if the client secret is imported', async () => {
    const rotating = await startRotated();
    const { parts } = rotating;
    const { ARN: arn = '' } = await rotating.client.send(
      new PutSecretValueCommand({
        SecretId: ClientSecretId,
        SecretString: JSON.stringify(await rotating.document()),
      }),
    );
    const { config } = parts.run();
    parts.clock.advance(2 * day);
    await tick(parts.run({ config: { ...config, clientSecrets: new Map([['fusion', arn]]) } }));
    expect(rotating.live()).toContain(old);
    expect(parts.consoleApi.requests).toEqual([]);
  });

  it.each([undefined, new Set(['other'])])(
    'is left to people if the stack has the client secret rotate no more: %o',
    async (names) => {
      const rotating = await startRotated();
      const { parts } = rotating;
      const { config } = parts.run();
      parts.clock.advance(2 * day);
      const run = parts.run({ config: { ...config, rotating: names } });
      expect(await tick(run)).toMatchObject([{ outcome: 'renewed' }]);
      expect(rotating.live()).toContain(old);
      expect(parts.consoleApi.requests).toEqual([]);
    },
  );

  it('leaves the tag to a rotation that began while it was deleted', async () => {
    const rotating = await startRotated();
    const { parts } = rotating;
    const { consoleEndpoint } = parts.run();
    const remove: typeof consoleEndpoint.remove = async (...args) => {
      const response = await consoleEndpoint.remove(...args);
      await rotating.beginRotation();
      const sleep = async (seconds: number): Promise<void> => parts.clock.advance(seconds);
      await rotating.step('createSecret', undefined, { sleep, remaining: () => 900 });
      return response;
    };
    const list = consoleEndpoint.list.bind(consoleEndpoint);
    const add = consoleEndpoint.add.bind(consoleEndpoint);
    parts.clock.advance(day);
    await tick(parts.run({ consoleEndpoint: { list, add, remove } }));
    expect(rotating.live()).not.toContain(old);
    expect(`${await rotating.tag()}`).toMatch(/^adding /);
  });

  it.each<[string, ConsoleFault, string]>([
    ['GET', { kind: 'server-error', status: 503 }, 'ERR_CONSOLE_UNAVAILABLE'],
    ['GET', { kind: 'field', name: 'uuid', value: 1 }, 'ERR_CONSOLE_MALFORMED'],
    ['DELETE', { kind: 'server-error', status: 503 }, 'ERR_CONSOLE_UNAVAILABLE'],
  ])('costs no renewal when its removal fails at %s with %j', async (method, fault, code) => {
    const rotating = await startRotated();
    const { faults } = rotating.parts.consoleApi;
    faults.inject(fault, { when: (call) => call.method === method });
    await renewAfter(rotating, day);
    expect(rotating.parts.lines.at(-1)).toMatchObject({
      level: 'warn',
      message: 'the retired client secret could not be deleted',
      fields: { credential: 'fusion', code },
    });
    expect(rotating.live()).toContain(old);
    faults.clear();
    await renewAfter(rotating, day);
    expect(rotating.live()).not.toContain(old);
  });

  it.each([
    [200, 'ERR_CONSOLE_MALFORMED'],
    [404, 'ERR_CONSOLE_REJECTED'],
  ])('is not taken for deleted by a page of a proxy with status %i', async (status, code) => {
    const rotating = await startRotated();
    const { parts } = rotating;
    const { consoleEndpoint } = parts.run();
    const list = consoleEndpoint.list.bind(consoleEndpoint);
    const add = consoleEndpoint.add.bind(consoleEndpoint);
    const remove = async () => ({ status, body: '<html>' });
    parts.clock.advance(day);
    await tick(parts.run({ consoleEndpoint: { list, add, remove } }));
    expect(parts.lines.at(-1)?.fields).toMatchObject({ code });
    await renewAfter(rotating, day);
    expect(rotating.live()).not.toContain(old);
  });

  it.each([
    ['before the question, and then it stays', 1, true],
    ['after the deletion', 2, false],
  ])('costs no renewal when the tag cannot be written %s', async (_, first, stays) => {
    const rotating = await startRotated();
    const { faults } = rotating.parts.secretsManager;
    const isTag = callsOf('TagResource');
    let tags = 0;
    const when = (call: Parameters<typeof isTag>[0]): boolean => {
      if (!isTag(call) || !/\/client-/.test(call.secretId ?? '')) return false;
      tags += 1;
      return tags >= first;
    };
    faults.inject({ kind: 'denied' }, { when });
    await renewAfter(rotating, day);
    expect(rotating.live().includes(old)).toBe(stays);
    faults.clear();
    await renewAfter(rotating, day);
    expect(rotating.live()).not.toContain(old);
    expect(await rotating.tag()).toBe('none');
  });

  it.each([[[60, 30]], [[60]]])(
    'waits for a renewal whose budget allows two more requests, after those %j s ago',
    async (agos) => {
      const rotating = await startRotated();
      const { parts } = rotating;
      parts.clock.advance(day);
      const requested = agos.map((ago) => new Date((parts.clock.seconds - ago) * 1000));
      const Value = requested.map((at) => at.toISOString().replace('.000', '')).join(' ');
      await rotating.client.send(
        new TagResourceCommand({
          SecretId: ClientSecretId.replace('/client', '/token'),
          Tags: [{ Key: tagKeys.requested, Value }],
        }),
      );
      await renewAfter(rotating, 0);
      expect(parts.consoleApi.requests).toEqual([]);
      await renewAfter(rotating, half);
      expect(rotating.live()).not.toContain(old);
    },
  );

  it('waits for a renewal that has time left', async () => {
    const rotating = await startRotated();
    const { parts } = rotating;
    parts.clock.advance(day);
    await tick(parts.run({ remaining: () => 60 }));
    expect(parts.consoleApi.requests).toEqual([]);
  });

  it('is deleted within the shortest time-out that a stack may have', async () => {
    const rotating = await startRotated();
    const { parts } = rotating;
    parts.clock.advance(day);
    await tick(parts.run({ remaining: () => 60 * timeoutLimits.least - closingSeconds }));
    expect(rotating.live()).not.toContain(old);
  });

  it('is not judged by a value that is no longer current', async () => {
    const rotating = await startRotated();
    const { parts, client } = rotating;
    parts.clock.advance(day);
    const SecretString = JSON.stringify({ ...(await rotating.document()), note: 'by hand' });
    const { tokenEndpoint } = parts.run();
    const request: typeof tokenEndpoint.request = async (grant, signal) => {
      await client.send(new PutSecretValueCommand({ SecretId: ClientSecretId, SecretString }));
      return await tokenEndpoint.request(grant, signal);
    };
    const validate = tokenEndpoint.validate.bind(tokenEndpoint);
    await tick(parts.run({ tokenEndpoint: { request, validate } }));
    expect(parts.consoleApi.requests).toEqual([]);
  });

  it('has its grace from the day on which a lost tag was written again', async () => {
    const rotating = await startRotatingClient();
    await rotating.beginRotation();
    for (const step of ['createSecret', 'testSecret'] as const) await rotating.step(step);
    const { faults } = rotating.parts.secretsManager;
    faults.inject({ kind: 'denied' }, { when: callsOf('TagResource') });
    await expect(rotating.step('finishSecret')).rejects.toMatchObject({
      code: 'ERR_SECRET_ACCESS_DENIED',
    });
    faults.clear();
    await renewAfter(rotating, day);
    expect(rotating.parts.consoleApi.requests.at(-1)?.method).toBe('POST');
    const { AWSCURRENT } = await rotating.labels();
    const ends = ` at=2026-11-23T13:17:00Z version=${AWSCURRENT}`;
    expect(`${await rotating.tag()}`).toMatch(new RegExp(`^retired uuid=\\S+${ends}$`));
    await renewAfter(rotating, day + 1_020);
    expect(rotating.live()).not.toContain(old);
  });
});
