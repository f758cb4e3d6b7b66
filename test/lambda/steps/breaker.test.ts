import { describe, expect, it } from 'vitest';
import { TokenRequestError } from '../../../core/errors.ts';
import { epochSeconds } from '../../../core/instant.ts';
import { runResult } from '../../../core/run-result.ts';
import { encodeVersionId } from '../../../core/version-id.ts';
import type { ImsCall } from '../../../emulators/ims/fault.ts';
import type { Authorize } from '../../../emulators/wire/authorization.ts';
import { Breaker } from '../../../lambda/steps/breaker.ts';
import type { Run } from '../../../lambda/steps/run.ts';
import { digest } from '../../support/builders.ts';
import { interceptIms, oneAtATime, statusOf, storeCredential } from '../../support/credential.ts';
import { countedTick, failureOf, summaryOf, tick } from '../../support/outcomes.ts';
import { type Parts, seedCredential, startParts } from '../../support/start-parts.ts';

/** Credentials whose tokens expire one after the other, so that this is the order of work. */
function seedInOrder(parts: Parts, names: readonly string[]): void {
  for (const [index, name] of names.entries()) {
    seedCredential(parts, name);
    const expiresAt = epochSeconds(Math.floor(parts.clock.seconds) + 60 + index);
    const life = { expiresAt, lifetime: 86_400, fingerprint: '0a0b0c0d' };
    parts.secretsManager.seed({
      name: `ims-token-rotator/prod/${name}/token`,
      versionId: encodeVersionId(life, digest(name)),
      secretString: JSON.stringify({ access_token: 'the-old-token-0123456789' }),
    });
  }
}

function named(name: string, count: number): readonly string[] {
  return Array.from({ length: count }, (_, index) => `${name}-${index}`);
}

describe('the breaker', () => {
  const breaker = (...answers: readonly boolean[]): Breaker => {
    const made = new Breaker();
    for (const answered of answers) {
      if (answered) made.answered('host');
      else made.failed('host', 'ERR_TOKEN_UNAVAILABLE', false);
    }
    return made;
  };

  it('opens after five failures in a row, and stays open', () => {
    const [no, yes] = [false, true];
    const failure = 'ERR_TOKEN_UNAVAILABLE';
    expect(breaker(no, no, no, no).failureOf('host')).toBeUndefined();
    expect(breaker(no, no, no, no, no).failureOf('host')).toBe(failure);
    expect(breaker(no, no, no, no, yes, no).failureOf('host')).toBeUndefined();
    expect(breaker(no, no, no, no, no, yes).failureOf('host')).toBe(failure);
    expect(breaker(no, no, no, no, no).failureOf('another')).toBeUndefined();
  });

  it('opens at the first lasting fault of the network', () => {
    const made = breaker();
    expect(made.failed('host', 'ERR_IMS_PROXY', true)).toBe(true);
    expect(made.failureOf('host')).toBe('ERR_IMS_PROXY');
    expect(made.failed('host', 'ERR_IMS_CERTIFICATE', true)).toBe(false);
    expect(made.failureOf('host')).toBe('ERR_IMS_PROXY');
  });

  it('reports the failure that opens it, and no other', () => {
    const made = new Breaker();
    const opened = Array.from({ length: 7 }, () =>
      made.failed('host', 'ERR_TOKEN_UNAVAILABLE', false),
    );
    expect(opened).toEqual([false, false, false, false, true, false, false]);
  });

  it.each(['issues a token', 'rejects a credential'])(
    'starts counting again when the host %s',
    async (answer) => {
      const parts = await startParts();
      seedInOrder(parts, ['a', 'b', 'c']);
      const rejects = answer === 'rejects a credential';
      if (rejects) parts.ims.removeClient('client-b');
      for (const [name, times] of [
        ['a', 4],
        ['c', 3],
      ] as const) {
        const when = ({ clientId }: ImsCall): boolean => clientId === `client-${name}`;
        parts.ims.faults.inject({ kind: 'reset' }, { when, times });
      }
      const outcomes = await tick(oneAtATime(parts));
      expect(outcomes.map(({ outcome }) => outcome)).toEqual([
        'failed',
        rejects ? 'failed' : 'renewed',
        'renewed',
      ]);
    },
  );

  it('is closed again in the next run', async () => {
    const parts = await startParts();
    for (let index = 0; index < 20; index += 1) seedCredential(parts, `c${index}`);
    parts.ims.faults.inject({ kind: 'reset' });
    await tick(parts.run());
    parts.ims.faults.clear();
    const outcomes = await tick(parts.run());
    expect(runResult('tick', 'prod', summaryOf(outcomes)).outcomes).toEqual({ renewed: 20 });
  });

  it('does not turn a renewal that has failed already into a deferral', async () => {
    const parts = await startParts();
    for (const name of ['a', 'b']) seedCredential(parts, name);
    parts.ims.faults.inject({ kind: 'reset' });
    expect((await tick(parts.run())).map(({ outcome }) => outcome)).toEqual(['failed', 'failed']);
  });
});

describe('a client that IMS throttles', () => {
  const startThrottled = async (clientOf: (index: number) => string): Promise<Parts> => {
    const parts = await startParts();
    for (let index = 0; index < 8; index += 1) {
      const name = `slow-${index}`;
      seedCredential(parts, name);
      const secret = { client_id: clientOf(index), client_secret: 'p8e-x', scope: 'openid' };
      storeCredential(parts, name, secret);
    }
    parts.ims.faults.inject(
      { kind: 'throttled' },
      { when: ({ clientId = '' }: ImsCall) => clientId.startsWith('slow') },
    );
    return parts;
  };
  const outcomesOf = async (parts: Parts, run = parts.run()): Promise<readonly string[]> =>
    (await countedTick(run)).flatMap(({ credential, outcome }) =>
      credential.startsWith('working') ? [outcome] : [],
    );

  it('does not keep the host from being asked for others, however many there are', async () => {
    const parts = await startThrottled((index) => `slow-${index}`);
    for (let index = 0; index < 20; index += 1) seedCredential(parts, `working-${index}`);
    expect(new Set(await outcomesOf(parts))).toEqual(new Set(['renewed']));
  });

  it('is not asked for again in the run after five responses, for whichever credential', async () => {
    const parts = await startThrottled(() => 'slow');
    await outcomesOf(parts, oneAtATime(parts));
    expect(parts.ims.tokenRequests.length).toBe(5);
    expect(parts.lines.filter(({ level }) => level === 'warn')).toEqual([
      {
        level: 'warn',
        message: 'the host is not asked for this client again in this run',
        fields: {
          ims_host: 'ims-na1.adobelogin.com',
          client_id: 'slow',
          code: 'ERR_TOKEN_UNAVAILABLE',
        },
      },
    ]);
  });
});

it('credentials that always fail take turns with those that wait because of them', async () => {
  const parts = await startParts();
  // As many as the breaker takes to open.
  seedInOrder(parts, [...named('broken', 5), ...named('working', 20)]);
  const when = ({ clientId = '' }: ImsCall): boolean => clientId.startsWith('client-broken');
  parts.ims.faults.inject({ kind: 'reset' }, { when });
  const outcomes: string[] = [];
  for (let ticks = 0; ticks < 2; ticks += 1) {
    const working = (await countedTick(parts.run())).filter(({ credential }) =>
      credential.startsWith('working'),
    );
    outcomes.push(working.map(({ outcome }) => outcome).join(' '));
    parts.clock.advance(900);
  }
  const each = (outcome: string): string => Array(20).fill(outcome).join(' ');
  expect(outcomes).toEqual([each('deferred'), each('renewed')]);
});

describe('credentials that fail as if for the first time at each tick', () => {
  const count = 20;
  const working = (outcome: string): string => Array(count).fill(outcome).join(' ');
  const startBroken = async (broken: number, authorize?: Authorize): Promise<Parts> => {
    const parts = await startParts({}, { authorize });
    seedInOrder(parts, [...named('broken', broken), ...named('working', count)]);
    const when = ({ clientId = '' }: ImsCall): boolean => clientId.startsWith('client-broken');
    parts.ims.faults.inject({ kind: 'reset' }, { when });
    return parts;
  };
  const outcomesOf = async (run: Run): Promise<string> =>
    (await countedTick(run))
      .flatMap(({ credential, outcome }) => (credential.startsWith('working') ? [outcome] : []))
      .join(' ');

  it('do not keep others from their turn by another value each time', async () => {
    const parts = await startBroken(8);
    const outcomes: string[] = [];
    for (let ticks = 0; ticks < 5; ticks += 1) {
      outcomes.push(await outcomesOf(oneAtATime(parts)));
      parts.clock.advance(900);
      for (let index = 0; index < 8; index += 1) {
        const client = { client_id: `client-broken-${index}`, client_secret: `p8e-${ticks}` };
        storeCredential(parts, `broken-${index}`, { ...client, scope: 'openid' });
      }
    }
    // The host is not asked again after two of them, so that they are through in four ticks.
    expect(outcomes).toEqual([...Array(4).fill(working('deferred')), working('renewed')]);
  });

  it('do not either where their tags cannot be written', async () => {
    const authorize = (action: string, resource: string): boolean =>
      !(action === 'secretsmanager:TagResource' && resource.includes('broken'));
    const parts = await startBroken(2, authorize);
    const { memory } = parts.run();
    expect(await outcomesOf({ ...oneAtATime(parts), memory })).toBe(working('deferred'));
    parts.clock.advance(900);
    expect(await outcomesOf({ ...oneAtATime(parts), memory })).toBe(working('renewed'));
  });

  it('do not for ever where nothing tells that IMS was asked for them', async () => {
    const authorize = (action: string, resource: string): boolean =>
      !(action === 'secretsmanager:TagResource' && resource.includes('broken'));
    const parts = await startBroken(8, authorize);
    // One run in eight, each in a new sandbox, begins with the others.
    const chances = [0.125, 0.5, 0.124];
    const outcomes: string[] = [];
    for (const chance of chances) {
      outcomes.push(await outcomesOf(parts.run({ random: () => chance })));
      parts.clock.advance(900);
    }
    expect(outcomes).toEqual([working('deferred'), working('deferred'), working('renewed')]);
  });
});

describe('a host that the network keeps from answering', () => {
  it('is asked once in a run, and all its credentials fail with the same code', async () => {
    const parts = await startParts();
    for (let index = 0; index < 20; index += 1) seedCredential(parts, `c${index}`);
    let requests = 0;
    const tokenEndpoint = interceptIms(parts, () => {
      requests += 1;
      throw new TokenRequestError('ERR_IMS_UNRESOLVED', 'no address', { clientId: 'x' });
    });
    const run = { ...oneAtATime(parts), tokenEndpoint };
    const outcomes = await tick(run);
    expect(requests).toBe(1);
    expect(outcomes.map(({ error }) => error?.code)).toEqual(Array(20).fill('ERR_IMS_UNRESOLVED'));
    expect(outcomes.every(({ failing }) => failing)).toBe(true);
    expect(await statusOf(parts, 'c9')).toMatch(/^failing code=ERR_IMS_UNRESOLVED .*retry-at=/);
    // It is asked again in the next run, when their wait is over.
    parts.clock.advance(900);
    expect((await tick(parts.run())).every(({ outcome }) => outcome === 'renewed')).toBe(true);
  });
});

describe('a host that fails', () => {
  it('does not keep 100 credentials of another host from being renewed in the same tick', async () => {
    const parts = await startParts();
    for (let index = 0; index < 300; index += 1) {
      seedCredential(parts, `broken-${index}`, {}, 'ims-na1-stg1.adobelogin.com');
    }
    for (let index = 0; index < 100; index += 1) seedCredential(parts, `working-${index}`);
    const fails = ({ clientId = '' }: ImsCall): boolean => clientId.startsWith('client-broken');
    // A real time-out would be a race with the working host on a busy machine.
    parts.ims.faults.inject({ kind: 'reset' }, { when: fails });
    const outcomes = await tick(parts.run());
    expect(runResult('tick', 'prod', summaryOf(outcomes)).outcomes).toMatchObject({ renewed: 100 });
    const broken = outcomes.filter(({ credential }) => credential.startsWith('broken'));
    expect(broken.filter(({ outcome }) => outcome === 'deferred').length).toBeGreaterThan(280);
    expect(broken.every(({ error }) => error?.code === 'ERR_TOKEN_UNAVAILABLE')).toBe(true);
    const requests = parts.ims.tokenRequests.filter(({ clientId = '' }) =>
      clientId.startsWith('client-broken'),
    );
    // Five in a row, and those that were in flight by then.
    expect(requests.length).toBeLessThanOrEqual(5 + 7);
    expect(parts.lines.filter(({ level }) => level === 'warn')).toEqual([
      {
        level: 'warn',
        message: 'the host is not asked again in this run',
        fields: { ims_host: 'ims-na1-stg1.adobelogin.com', code: 'ERR_TOKEN_UNAVAILABLE' },
      },
    ]);
  });

  it('makes all its credentials fail, but the invocation only once', async () => {
    const parts = await startParts();
    for (let index = 0; index < 100; index += 1) seedCredential(parts, `c${index}`);
    parts.ims.faults.inject({ kind: 'server-error', status: 503 });
    const failedInvocations: boolean[] = [];
    for (let ticks = 0; ticks < 4; ticks += 1) {
      parts.metrics.length = 0;
      failedInvocations.push(failureOf(await countedTick(parts.run())) !== undefined);
      expect(parts.metrics).toContainEqual(['Failing', 100]);
      parts.clock.advance(900);
    }
    expect(failedInvocations).toEqual([true, false, false, false]);
  });
});
