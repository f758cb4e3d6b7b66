import { DeleteSecretCommand, PutSecretValueCommand } from '@aws-sdk/client-secrets-manager';
import { describe, expect, it } from 'vitest';
import { tickError } from '../../core/run-result.ts';
import type { Call } from '../../emulators/secrets-manager/fault.ts';
import { renew } from '../../lambda/commands/renew.ts';
import { tick } from '../../lambda/commands/tick.ts';
import { day, hour } from '../support/builders.ts';
import { expectNoSecrets } from '../support/no-secrets.ts';
import {
  plainClient,
  seedCredential,
  seedDueCredential,
  startParts,
} from '../support/start-parts.ts';
import { startRotator } from '../support/start-rotator.ts';

const prefix = 'ims-token-rotator/prod/fusion';

describe('a token that was put by hand', () => {
  const put = async (value: object) => {
    const parts = await startParts();
    seedCredential(parts, 'fusion');
    const SecretString = JSON.stringify({ access_token: 'x', ...value });
    const SecretId = `${prefix}/token`;
    await plainClient(parts).send(new PutSecretValueCommand({ SecretId, SecretString }));
    return parts;
  };
  const times = { issued_at: '2026-11-22T11:00:00Z', expires_at: '2026-11-23T11:00:00Z' };

  it('is read once in a run, and kept if it is fresh', async () => {
    const parts = await put(times);
    expect(await tick(parts.run())).toMatchObject([{ reason: 'token-fresh' }]);
    const reads = parts.secretsManager.calls.filter(({ action }) => action === 'GetSecretValue');
    expect(reads).toHaveLength(1);
  });

  it('is read once, also when it is renewed', async () => {
    const parts = await put({ ...times, expires_at: '2026-11-22T12:30:00Z' });
    expect(await tick(parts.run())).toMatchObject([{ outcome: 'renewed' }]);
    const reads = parts.secretsManager.calls.filter(
      ({ action, secretName }) => action === 'GetSecretValue' && secretName === `${prefix}/token`,
    );
    expect(reads).toHaveLength(1);
  });

  it('is renewed if it is of another version of the credential', async () => {
    const parts = await put({ ...times, client_secret_version: 'an-earlier-one' });
    expect(await tick(parts.run())).toMatchObject([{ reason: 'credential-changed' }]);
  });

  it('is renewed if it claims to be issued in the future, and not kept until then', async () => {
    const parts = await put({
      issued_at: '2026-11-23T12:00:00Z',
      expires_at: '2026-11-24T12:00:00Z',
    });
    expect(await tick(parts.run())).toMatchObject([
      { reason: 'token-malformed', outcome: 'renewed' },
    ]);
  });
});

describe('a secret that is not one of this Region or will be gone', () => {
  it.each([
    ['a replica', { primaryRegion: 'eu-west-1' }],
    ['scheduled for deletion', undefined],
  ])('%s costs no mint', async (_, seed) => {
    const parts = await startParts();
    seedCredential(parts, 'fusion');
    if (seed !== undefined) parts.secretsManager.seed({ name: `${prefix}/token`, ...seed });
    else {
      const SecretId = `${prefix}/token`;
      await plainClient(parts).send(new DeleteSecretCommand({ SecretId }));
    }
    expect(await renew(parts.run(), 'fusion', { force: true })).toMatchObject({
      reason: 'token-secret-missing',
      error: { code: 'ERR_TOKEN_SECRET_MISSING' },
    });
    expect(parts.ims.mintCount).toBe(0);
  });

  it('missing from a list that is late is looked at before anybody is called', async () => {
    const parts = await startParts();
    parts.secretsManager.listLagMs = 300_000;
    seedCredential(parts, 'fusion');
    parts.clock.advance(301);
    await tick(parts.run());
    parts.secretsManager.seed({ name: 'ims-token-rotator/prod/late/client', secretString: '{}' });
    parts.clock.advance(301);
    // The token secret came a little later than the list.
    parts.secretsManager.seed({ name: 'ims-token-rotator/prod/late/token' });
    const outcomes = await tick(parts.run());
    expect(outcomes).toMatchObject([
      { credential: 'late', error: { code: 'ERR_CREDENTIAL_INVALID' } },
      { credential: 'fusion', outcome: 'kept' },
    ]);
  });
});

describe('an error that nobody expected', () => {
  it('of one credential is named, and costs the others nothing', async () => {
    const parts = await startParts();
    seedCredential(parts, 'odd');
    seedCredential(parts, 'well');
    const secret = 'p8e-a-secret-in-a-message-0123456789';
    const endpoint = parts.run().tokenEndpoint;
    const tokenEndpoint = {
      validate: endpoint.validate.bind(endpoint),
      request: async (...request: Parameters<typeof endpoint.request>) => {
        if (request[0].clientId === 'client-odd') throw new SyntaxError(`not JSON: ${secret}`);
        return await endpoint.request(...request);
      },
    };
    const outcomes = await tick(parts.run({ tokenEndpoint }));
    expect(outcomes.map(({ credential, outcome }) => [credential, outcome]).toSorted()).toEqual([
      ['odd', 'failed'],
      ['well', 'renewed'],
    ]);
    expect(tickError(outcomes)?.message).toBe('odd: ERR_UNEXPECTED: unexpected SyntaxError');
    const [line] = parts.lines.filter(({ level }) => level === 'error');
    expect(line?.fields['where']).toContain('edges.test.ts');
    expectNoSecrets(JSON.stringify(parts.lines), [secret]);
  });

  it('does not come from a token with absurd claims', async () => {
    const parts = await startParts();
    seedCredential(parts, 'fusion');
    const endpoint = parts.run().tokenEndpoint;
    const claims = { created_at: '8640000000000000', expires_in: '8640000000000000' };
    const payload = Buffer.from(JSON.stringify(claims)).toString('base64url');
    const body = JSON.stringify({ access_token: `a.${payload}.c`, expires_in: 86_399 });
    const tokenEndpoint = {
      validate: endpoint.validate.bind(endpoint),
      request: () => Promise.resolve({ status: 200, body }),
    };
    expect(await tick(parts.run({ tokenEndpoint }))).toMatchObject([
      { outcome: 'renewed', token: { lifetime: 86_399 } },
    ]);
  });
});

describe('the deadline', () => {
  it.each(['DescribeSecret', 'GetSecretValue', 'PutSecretValue'])(
    'ends a %s that hangs, and nothing is left running',
    async (action) => {
      const deadline = new AbortController();
      const parts = await startParts({ signal: deadline.signal });
      seedDueCredential(parts, 'fusion');
      const when = (call: Call): boolean => {
        if (
          call.action !== action ||
          String(call.secretId).endsWith('/token') !== (action === 'DescribeSecret')
        )
          return false;
        deadline.abort();
        return true;
      };
      parts.secretsManager.faults.inject({ kind: 'latency', ms: day * 1000 }, { when });
      expect(await tick(parts.run())).toMatchObject([
        { outcome: 'deferred', error: { code: 'ERR_NO_TIME_LEFT' } },
      ]);
    },
  );

  it('ends the bundle in order, before Lambda does', async () => {
    const { world, invoke } = await startRotator({ timeoutSeconds: 3 });
    const when = ({ action }: Call): boolean => action === 'ListSecrets';
    world.secretsManager.faults.inject({ kind: 'latency', ms: hour * 1000 }, { when });
    const { error } = await invoke({ action: 'status' });
    expect(error).toMatchObject({ errorType: 'ERR_NO_TIME_LEFT' });
    expect(world.lambda.logs(world.functionName).join()).toContain('"code":"ERR_NO_TIME_LEFT"');
    // A tick would have to leave everything to the next one, for ever.
    const tooShort = await invoke({ action: 'tick' });
    expect(tooShort.error?.errorMessage).toContain('it must be more than 45 seconds');
  });
});

describe('many renewals', () => {
  it('are eight at a time at IMS', async () => {
    const parts = await startParts();
    for (let index = 0; index < 40; index += 1) seedCredential(parts, `c${index}`);
    const endpoint = parts.run().tokenEndpoint;
    const waiting: (() => void)[] = [];
    const eight = Promise.withResolvers<void>();
    let most = 0;
    const tokenEndpoint = {
      validate: endpoint.validate.bind(endpoint),
      request: async (...request: Parameters<typeof endpoint.request>) => {
        await new Promise<void>((resolve) => {
          waiting.push(resolve);
          most = Math.max(most, waiting.length);
          if (waiting.length === 8) eight.resolve();
        });
        return await endpoint.request(...request);
      },
    };
    const ticking = tick(parts.run({ tokenEndpoint }));
    await eight.promise;
    // Every answer makes room for one more.
    while (parts.ims.mintCount < 40) {
      waiting.shift()?.();
      await new Promise(setImmediate);
    }
    expect(await ticking).toHaveLength(40);
    expect(most).toBe(8);
  });
});

describe('status', () => {
  it('tells of what fails, and does not fail for it', async () => {
    const { client, world, onboard, invoke } = await startRotator();
    await onboard('fusion');
    await invoke({ action: 'tick' });
    await client.send(new DeleteSecretCommand({ SecretId: world.secretId('fusion', 'client') }));
    const { result, error } = await invoke({ action: 'status' });
    expect(error).toBeUndefined();
    expect(result.credentials).toMatchObject([
      { name: 'fusion', outcome: 'failed', code: 'ERR_CREDENTIAL_MISSING' },
    ]);
  });
});
