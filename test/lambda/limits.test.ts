import { PutSecretValueCommand, TagResourceCommand } from '@aws-sdk/client-secrets-manager';
import { describe, expect, it } from 'vitest';
import { tickError } from '../../core/run-result.ts';
import type { Call } from '../../emulators/secrets-manager/fault.ts';
import { SecretsManager } from '../../lambda/adapters/secrets-manager.ts';
import { renew } from '../../lambda/commands/renew.ts';
import { tick } from '../../lambda/commands/tick.ts';
import { timeouts } from '../../lambda/steps/budget.ts';
import { HostBreaker } from '../../lambda/steps/host-breaker.ts';
import type { Run } from '../../lambda/steps/run.ts';
import {
  countedTick,
  type Parts,
  plainClient,
  seedCredential,
  seedDueCredential,
  startParts,
} from '../support/start-parts.ts';

const prefix = 'ims-token-rotator/prod';

const oneByOne = (parts: Parts): Run => {
  const run = parts.run();
  return { ...run, config: { ...run.config, concurrency: 1 } };
};

const asked = ({ ims }: Parts): (string | undefined)[] =>
  ims.tokenRequests.map(({ clientId }) => clientId);

describe('the order of work', () => {
  it('is what does not fail first, then the earliest expiry', async () => {
    const parts = await startParts();
    for (const name of ['a-failing', 'b-later', 'c-earlier']) seedCredential(parts, name);
    parts.ims.client('client-c-earlier').lifetimeSeconds = 40_000;
    await tick(parts.run());
    parts.ims.faults.inject(
      { kind: 'reset' },
      { when: ({ clientId }) => clientId === 'client-a-failing' },
    );
    parts.clock.advance(86_400);
    await tick(parts.run());
    parts.ims.faults.clear();
    parts.clock.advance(86_400);
    parts.ims.clearTokenRequests();
    await tick(oneByOne(parts));
    expect(asked(parts)).toEqual(['client-c-earlier', 'client-b-later', 'client-a-failing']);
  });
});

describe('the breaker of a host', () => {
  const breaker = (...answers: readonly boolean[]): HostBreaker => {
    const made = new HostBreaker();
    for (const answered of answers) {
      if (answered) made.answered('host');
      else made.failed('host');
    }
    return made;
  };

  it('opens at five failures in a row, and stays open', () => {
    const [no, yes] = [false, true];
    expect(breaker(no, no, no, no).isOpen('host')).toBe(false);
    expect(breaker(no, no, no, no, no).isOpen('host')).toBe(true);
    expect(breaker(no, no, no, no, yes, no).isOpen('host')).toBe(false);
    expect(breaker(no, no, no, no, no, yes).isOpen('host')).toBe(true);
    expect(breaker(no, no, no, no, no).isOpen('another')).toBe(false);
  });

  it.each(['issued', 'rejected'])('counts anew after an answer that was %s', async (answer) => {
    const parts = await startParts();
    for (const name of ['a', 'b', 'c']) seedCredential(parts, name);
    if (answer === 'rejected') parts.ims.removeClient('client-b');
    const hits = { a: 4, b: 0, c: 3 };
    for (const [name, times] of Object.entries(hits)) {
      const when = ({ clientId }: { clientId: string | undefined }) =>
        clientId === `client-${name}`;
      if (times > 0) parts.ims.faults.inject({ kind: 'reset' }, { when, times });
    }
    const outcomes = await tick(oneByOne(parts));
    expect(outcomes.map(({ outcome }) => outcome)).toEqual([
      'failed',
      answer === 'issued' ? 'renewed' : 'failed',
      'renewed',
    ]);
  });

  it('makes no deferral of a renewal that has failed', async () => {
    const parts = await startParts();
    for (const name of ['a', 'b']) seedCredential(parts, name);
    parts.ims.faults.inject({ kind: 'reset' });
    expect((await tick(parts.run())).map(({ outcome }) => outcome)).toEqual(['failed', 'failed']);
  });

  it('makes all credentials of the host fail at once, and the invocation once', async () => {
    const parts = await startParts();
    for (let index = 0; index < 100; index += 1) seedCredential(parts, `c${index}`);
    parts.ims.faults.inject({ kind: 'server-error', status: 503 });
    const failedInvocations: boolean[] = [];
    for (let ticks = 0; ticks < 4; ticks += 1) {
      parts.metrics.length = 0;
      failedInvocations.push(tickError(await countedTick(parts.run())) !== undefined);
      expect(parts.metrics).toContainEqual(['Failing', 100]);
      parts.clock.advance(900);
    }
    expect(failedInvocations).toEqual([true, false, false, false]);
  });
});

describe('a foreign version that cannot be read', () => {
  it('is remembered, waits, and does not go before the others', async () => {
    const parts = await startParts();
    seedDueCredential(parts, 'foreign');
    seedCredential(parts, 'well');
    const when = ({ action, secretId = '' }: Call): boolean =>
      action === 'GetSecretValue' && secretId.includes('/foreign/token');
    parts.secretsManager.faults.inject({ kind: 'denied' }, { when });
    const first = await tick(parts.run());
    expect(first.find(({ credential }) => credential === 'foreign')).toMatchObject({
      outcome: 'failed',
      isNews: true,
      error: { code: 'ERR_SECRET_ACCESS_DENIED' },
    });
    parts.clock.advance(60);
    parts.secretsManager.clearCalls();
    const second = await tick(parts.run());
    expect(second.find(({ credential }) => credential === 'foreign')).toMatchObject({
      reason: 'backing-off',
      failing: true,
    });
    expect(parts.secretsManager.calls).toHaveLength(1);
  });

  it('is read once, though the list names an earlier one', async () => {
    const parts = await startParts();
    seedDueCredential(parts, 'fusion');
    parts.clock.advance(301);
    parts.secretsManager.listLagMs = 300_000;
    const at = (seconds: number): string =>
      new Date((parts.clock.seconds + seconds) * 1000).toISOString();
    await plainClient(parts).send(
      new PutSecretValueCommand({
        SecretId: `${prefix}/fusion/token`,
        SecretString: JSON.stringify({
          access_token: 'x',
          issued_at: at(-86_000),
          expires_at: at(300),
        }),
      }),
    );
    expect(await tick(parts.run())).toMatchObject([{ outcome: 'renewed' }]);
    const reads = parts.secretsManager.calls.filter(
      ({ action, secretName }) => action === 'GetSecretValue' && secretName?.endsWith('/token'),
    );
    expect(reads).toHaveLength(1);
  });
});

describe('time', () => {
  it('counts from before the request', async () => {
    const parts = await startParts();
    seedCredential(parts, 'fusion');
    const began = parts.clock.seconds;
    const endpoint = parts.run().tokenEndpoint;
    const tokenEndpoint = {
      validate: endpoint.validate.bind(endpoint),
      request: () => {
        parts.clock.advance(30);
        const body = '{"access_token":"opaque","expires_in":86399}';
        return Promise.resolve({ status: 200, body });
      },
    };
    expect(await tick(parts.run({ tokenEndpoint }))).toMatchObject([
      { token: { expiresAt: began + 86_399 } },
    ]);
  });

  it('that is short after the reads leaves IMS unasked', async () => {
    let left = 45;
    const parts = await startParts({ remaining: () => left });
    seedCredential(parts, 'fusion');
    const when = ({ action }: Call): boolean => {
      if (action === 'GetSecretValue') left = 25;
      return false;
    };
    parts.secretsManager.faults.inject({ kind: 'reset' }, { when });
    expect(await tick(parts.run())).toMatchObject([
      { outcome: 'deferred', error: { code: 'ERR_NO_TIME_LEFT' } },
    ]);
    expect(parts.ims.tokenRequests).toEqual([]);
  });

  it('that ends during a wait ends the wait', async () => {
    const deadline = new AbortController();
    const sleep = (): Promise<void> => {
      deadline.abort();
      return Promise.reject(new Error('aborted'));
    };
    const parts = await startParts({ signal: deadline.signal, sleep });
    seedCredential(parts, 'fusion');
    parts.ims.faults.inject({ kind: 'reset' });
    expect(await tick(parts.run())).toMatchObject([
      { outcome: 'deferred', error: { code: 'ERR_NO_TIME_LEFT' } },
    ]);
  });

  it('that runs out leaves a failure counted, and a status that is over unsaid', async () => {
    let left = 600;
    const parts = await startParts({ remaining: () => left });
    seedDueCredential(parts, 'failing');
    seedCredential(parts, 'over');
    parts.ims.faults.inject(
      { kind: 'reset' },
      { when: ({ clientId }) => clientId === 'client-failing' },
    );
    await countedTick(parts.run());
    const Tags = [{ Key: 'ims-token-rotator:status', Value: 'failing of old' }];
    await plainClient(parts).send(
      new TagResourceCommand({ SecretId: `${prefix}/over/token`, Tags }),
    );
    left = 5;
    parts.metrics.length = 0;
    const outcomes = await countedTick(parts.run());
    expect(tickError(outcomes)).toBeUndefined();
    expect(parts.metrics).toContainEqual(['Failing', 1]);
  });
});

describe('what is not looked at again', () => {
  it('is a paused credential with a status of old', async () => {
    const parts = await startParts();
    seedCredential(parts, 'fusion', {
      'ims-token-rotator:paused': 'true',
      'ims-token-rotator:status': 'failing of old',
    });
    await tick(parts.run());
    expect(parts.secretsManager.calls.map(({ action }) => action)).toEqual(['ListSecrets']);
  });

  it('is the next secret, after an outage that calls itself invalid_client', async () => {
    const parts = await startParts();
    seedCredential(parts, 'fusion');
    const secrets: string[] = [];
    const endpoint = parts.run().tokenEndpoint;
    parts.secretsManager.seed({
      name: `${prefix}/fusion/client`,
      secretString:
        '{"client_id":"client-fusion","client_secrets":["first","second"],"scope":"openid"}',
    });
    const tokenEndpoint: Run['tokenEndpoint'] = {
      validate: endpoint.validate.bind(endpoint),
      request: ({ clientSecret }) => {
        secrets.push(clientSecret.reveal());
        return Promise.resolve({ status: 503, body: '{"error":"invalid_client"}' });
      },
    };
    await tick(parts.run({ tokenEndpoint }));
    expect(new Set(secrets)).toEqual(new Set(['first']));
  });
});

describe('what is refused or final', () => {
  it('is a token with the very expiry of the stored one', async () => {
    const parts = await startParts();
    seedDueCredential(parts, 'fusion');
    parts.ims.client('client-fusion').lifetimeSeconds = 60;
    expect(await tick(parts.run())).toMatchObject([{ error: { code: 'ERR_TOKEN_NOT_LATER' } }]);
  });

  it('is a malformed value that a forced run names, also while it waits', async () => {
    const parts = await startParts();
    seedCredential(parts, 'fusion');
    const versionId = '019ac0de-0000-4000-8000-000000000001';
    const name = `${prefix}/fusion/token`;
    parts.secretsManager.seed({ name, versionId, secretString: 'junk' });
    parts.ims.faults.inject({ kind: 'missing-access-token' }, { times: 1 });
    await tick(parts.run());
    const outcome = await renew(parts.run(), 'fusion', { force: true, replaces: versionId });
    expect(outcome).toMatchObject({ reason: 'forced', outcome: 'renewed' });
  });

  it('is another final failure after the first, which is news', async () => {
    const parts = await startParts();
    seedCredential(parts, 'fusion');
    parts.ims.client('client-fusion').removeSecret('secret-of-fusion');
    expect(tickError(await tick(parts.run()))).toBeDefined();
    parts.ims.client('client-fusion').addSecret('secret-of-fusion');
    parts.ims.client('client-fusion').scopes = [];
    parts.clock.advance(900);
    expect(tickError(await tick(parts.run()))?.message).toContain('invalid_scope');
  });

  it('is not what alternates with what may pass', async () => {
    const parts = await startParts();
    seedCredential(parts, 'fusion');
    let failedInvocations = 0;
    for (let ticks = 0; ticks < 24; ticks += 1) {
      parts.ims.faults.clear();
      parts.ims.faults.inject({ kind: 'server-error', status: ticks % 2 === 0 ? 403 : 503 });
      if (tickError(await tick(parts.run())) !== undefined) failedInvocations += 1;
      parts.clock.advance(900);
    }
    expect(failedInvocations).toBe(1);
  });

  it('is a function without credentials of its own', async () => {
    const credentials = (): Promise<never> =>
      Promise.reject(Object.assign(new Error('none'), { name: 'CredentialsProviderError' }));
    const secrets = new SecretsManager({
      region: 'us-east-1',
      credentials,
      timeouts: timeouts.secretsManager,
      writesPerSecond: 40,
    });
    await expect(secrets.describe('x', AbortSignal.timeout(60_000))).rejects.toMatchObject({
      code: 'ERR_SECRET_ACCESS_DENIED',
    });
  });
});
