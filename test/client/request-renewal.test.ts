import type { InvokeCommandInput } from '@aws-sdk/client-lambda';
import { describe, expect, it } from 'vitest';
import { CachedTokenReader } from '../../client/cached-token-reader.ts';
import { RenewalRequests } from '../../client/request-renewal.ts';
import { readSecretsManager } from '../../client/secrets-manager.ts';
import type { TokenError } from '../../client/token-error.ts';
import { clientsFor } from '../support/aws-clients.ts';
import { type Rotator, startRotator } from '../support/start-rotator.ts';

/** A consumer on a virtual clock, with the real clients of AWS. */
function consumer({ world }: Rotator, clock: { ms: number }) {
  const { secretsManager, lambda } = clientsFor(world.aws);
  const secretId = world.secretId('fusion', 'token');
  const now = (): number => clock.ms;
  const requests = new RenewalRequests(now, {}, lambda);
  const { functionName } = world;
  const problems: TokenError[] = [];
  const reader = new CachedTokenReader(
    { secretId, onProblem: (problem) => problems.push(problem) },
    {
      now,
      read: readSecretsManager(secretId, secretsManager),
      renew: (versionId, signal) =>
        requests.ask({ functionName, credential: 'fusion', versionId, signal }),
    },
  );
  return { reader, problems };
}

/** A rotator with one token, which counts the calls of its function. */
async function startFusion(isAllowed = (): boolean => true) {
  let invocations = 0;
  const rotator = await startRotator({
    authorize: (action) => {
      if (action !== 'lambda:InvokeFunction') return true;
      invocations += 1;
      return isAllowed();
    },
  });
  const { clientId } = await rotator.onboard('fusion');
  await rotator.invoke({ action: 'tick' });
  return { rotator, clientId, invocations: () => invocations };
}

describe('a token that was revoked early', () => {
  it('is replaced by one mint, however many consumers report it', async () => {
    const { rotator, invocations } = await startFusion();
    const { world } = rotator;
    const clock = { ms: Date.now() };
    const consumers = Array.from({ length: 3 }, () => consumer(rotator, clock));
    const tokens = await Promise.all(consumers.map(({ reader }) => reader.getToken()));
    for (const token of tokens) world.ims.revoke(token);
    clock.ms += 10_000;
    await Promise.all(
      consumers.map(async ({ reader }) => {
        reader.invalidate(tokens[0] ?? '');
        await reader.getToken();
      }),
    );
    await world.lambda.idle();
    expect(invocations()).toBeGreaterThan(1);
    expect(world.ims.mintCount).toBe(2);
    clock.ms += 10_000;
    for (const { reader, problems } of consumers) {
      expect(world.ims.isValid(await reader.getToken())).toBe(true);
      expect(problems).toEqual([]);
    }
  });

  it('is asked for once in ten minutes while the function cannot help', async () => {
    const { rotator, clientId, invocations } = await startFusion();
    const clock = { ms: Date.now() };
    const { reader } = consumer(rotator, clock);
    const token = await reader.getToken();
    rotator.world.ims.removeClient(clientId);
    const report = async (seconds: number): Promise<void> => {
      clock.ms += seconds * 1000;
      reader.invalidate(token);
      await reader.getToken();
    };
    for (const seconds of [10, 300, 290]) await report(seconds);
    expect(invocations()).toBe(1);
    await report(10);
    expect(invocations()).toBe(2);
  });

  it('is named in the event, so that no other is replaced', async () => {
    const { rotator } = await startFusion();
    const { functionName, aws } = rotator.world;
    const { lambda } = clientsFor(aws);
    const sent: object[] = [];
    lambda.middlewareStack.add(
      (next) => async (args) => {
        const { Payload, ...others } = args.input as InvokeCommandInput;
        sent.push({ ...others, event: JSON.parse(Buffer.from(Payload as Uint8Array).toString()) });
        return await next(args);
      },
      { step: 'initialize' },
    );
    const requests = new RenewalRequests(Date.now, {}, lambda);
    const versionId = (await rotator.read('fusion'))?.versionId ?? '';
    const signal = AbortSignal.timeout(60_000);
    await requests.ask({ functionName, credential: 'fusion', versionId, signal });
    expect(versionId).not.toBe('');
    expect(sent).toEqual([
      {
        FunctionName: functionName,
        InvocationType: 'Event',
        event: {
          action: 'renew',
          credential: 'fusion',
          force: true,
          replaces: versionId,
          notice: true,
        },
      },
    ]);
  });

  it('cannot be replaced if the source does not tell its version, which is reported', async () => {
    const { rotator, invocations } = await startFusion();
    const { functionName, aws } = rotator.world;
    const requests = new RenewalRequests(Date.now, {}, clientsFor(aws).lambda);
    const signal = AbortSignal.timeout(60_000);
    await expect(
      requests.ask({ functionName, credential: 'fusion', versionId: '', signal }),
    ).rejects.toMatchObject({
      code: 'ERR_TOKEN_RENEWAL_FAILED',
      message: expect.stringContaining('VersionId'),
    });
    expect(invocations()).toBe(0);
  });

  it('is not waited for longer than the signal says, whatever the client does', async () => {
    const controller = new AbortController();
    const client = { send: () => new Promise<never>(() => undefined) };
    const requests = new RenewalRequests(Date.now, {}, client);
    const asked = requests.ask({
      functionName: 'rotator',
      credential: 'fusion',
      versionId: 'a'.repeat(36),
      signal: controller.signal,
    });
    controller.abort();
    await expect(asked).rejects.toMatchObject({
      code: 'ERR_TOKEN_RENEWAL_FAILED',
      message: expect.stringContaining('TimeoutError'),
    });
  });

  it('is reported where the function may not be invoked, and asked for again after a minute', async () => {
    let isAllowed = false;
    const { rotator } = await startFusion(() => isAllowed);
    const clock = { ms: Date.now() };
    const { reader, problems } = consumer(rotator, clock);
    const token = await reader.getToken();
    const report = async (seconds: number): Promise<void> => {
      clock.ms += seconds * 1000;
      reader.invalidate(token);
      await reader.getToken();
    };
    await report(10);
    await report(10);
    expect(problems).toMatchObject([
      {
        code: 'ERR_TOKEN_RENEWAL_FAILED',
        message: expect.stringContaining('lambda:InvokeFunction'),
        cause: { name: 'AccessDeniedException' },
      },
    ]);
    isAllowed = true;
    await report(60);
    await rotator.world.lambda.idle();
    expect(rotator.world.ims.mintCount).toBe(2);
  });

  it('is asked for again when that failed, whatever became of the version before', async () => {
    let isAllowed = true;
    const { rotator } = await startFusion(() => isAllowed);
    const { functionName, aws } = rotator.world;
    const clock = { ms: Date.now() };
    const requests = new RenewalRequests(() => clock.ms, {}, clientsFor(aws).lambda);
    const ask = async (versionId: string): Promise<boolean> => {
      const signal = AbortSignal.timeout(60_000);
      return await requests.ask({ functionName, credential: 'fusion', versionId, signal });
    };
    const [first, second] = ['a'.repeat(36), 'b'.repeat(36)] as const;
    expect(await ask(first)).toBe(true);
    isAllowed = false;
    clock.ms += 600_000;
    await expect(ask(second)).rejects.toMatchObject({ code: 'ERR_TOKEN_RENEWAL_FAILED' });
    isAllowed = true;
    clock.ms += 60_000;
    expect(await ask(second)).toBe(true);
    expect(await ask(second)).toBe(false);
  });
});

describe('a product that rejects good tokens', () => {
  /** Rejects each token, every minute, and returns the minutes in which the function was asked. */
  async function minutesOfRequests(
    clock: { ms: number },
    minutes: number,
    requests: RenewalRequests,
  ): Promise<number[]> {
    const asked: number[] = [];
    for (let minute = 0; minute < minutes; minute += 1, clock.ms += 60_000) {
      const versionId = `version ${clock.ms - (clock.ms % 300_000)}`;
      const signal = AbortSignal.timeout(60_000);
      const request = { functionName: 'rotator', credential: 'fusion', versionId, signal };
      // It throws what is to be reported.
      const isAsked = await requests.ask(request).catch(() => false);
      if (isAsked) asked.push(minute);
    }
    return asked;
  }

  it('has the rotator asked less and less often, whatever version is current', async () => {
    const clock = { ms: Date.parse('2026-01-01') };
    const client = { send: () => Promise.resolve({}) };
    const requests = new RenewalRequests(() => clock.ms, {}, client);
    const later = [10, 30, 70, 130, 190];
    expect(await minutesOfRequests(clock, 200, requests)).toEqual([0, ...later]);
    // Nothing is rejected for an hour: the next rejection has another cause.
    clock.ms += 3_600_000;
    expect(await minutesOfRequests(clock, 31, requests)).toEqual([0, 10, 30]);
  });

  it('is no reason to wait longer if it is the renewal that fails', async () => {
    const clock = { ms: Date.parse('2026-01-01') };
    const requests = new RenewalRequests(() => clock.ms, {}, { send: () => Promise.resolve({}) });
    const ask = async (versionId: string, minutes: number): Promise<boolean> => {
      clock.ms += minutes * 60_000;
      const signal = AbortSignal.timeout(60_000);
      const request = { functionName: 'rotator', credential: 'fusion', versionId, signal };
      return await requests.ask(request).catch(() => false);
    };
    expect(await ask('1', 0)).toBe(true);
    for (let times = 0; times < 6; times += 1) {
      expect(await ask('1', 9)).toBe(false);
      expect(await ask('1', 1)).toBe(true);
    }
    expect(await ask('2', 9)).toBe(false);
    expect(await ask('2', 1)).toBe(true);
    expect(await ask('3', 19)).toBe(false);
    expect(await ask('3', 1)).toBe(true);
  });

  it('is reported once for each version while the next request has to wait', async () => {
    const { rotator } = await startFusion();
    const clock = { ms: Date.parse('2026-01-01') };
    const { functionName, aws } = rotator.world;
    const requests = new RenewalRequests(() => clock.ms, {}, clientsFor(aws).lambda);
    const said: string[] = [];
    const ask = async (versionId: string, seconds: number): Promise<void> => {
      clock.ms += seconds * 1000;
      const signal = AbortSignal.timeout(60_000);
      const request = { functionName, credential: 'fusion', versionId, signal };
      await requests.ask(request).catch(({ code, message }: TokenError) => {
        said.push(`${code} ${message}`);
      });
    };
    // The first request is on its way for a minute.
    for (const seconds of [0, 10, 40]) await ask('1', seconds);
    expect(said).toEqual([]);
    for (const seconds of [10, 10]) await ask('1', seconds);
    expect(said.splice(0)).toEqual([
      'ERR_TOKEN_REVOKED a product rejects the token of fusion, which the rotator was asked to replace, and which is still what the source returns; it is asked again from 2026-01-01T00:10:00.000Z',
    ]);
    for (const seconds of [10, 10]) await ask('2', seconds);
    expect(said).toEqual([
      'ERR_TOKEN_REVOKED a product rejects the new token of fusion, too; it is asked again from 2026-01-01T00:10:00.000Z',
    ]);
  });

  it('costs two tokens in half an hour', async () => {
    const { rotator, invocations } = await startFusion();
    const clock = { ms: Date.now() };
    const { reader, problems } = consumer(rotator, clock);
    for (let minute = 0; minute < 30; minute += 1, clock.ms += 60_000) {
      reader.invalidate(await reader.getToken());
      await reader.getToken();
      await rotator.world.lambda.idle();
    }
    // Two versions were rejected while the next request had to wait.
    expect(problems.map(({ code }) => code)).toEqual(['ERR_TOKEN_REVOKED', 'ERR_TOKEN_REVOKED']);
    expect(invocations()).toBe(2);
    expect(rotator.world.ims.mintCount).toBe(3);
  });
});
