import {
  PutSecretValueCommand,
  UpdateSecretVersionStageCommand,
} from '@aws-sdk/client-secrets-manager';
import { describe, expect, it } from 'vitest';
import type { ConsoleFault } from '../../../emulators/console-api/fault.ts';
import { day } from '../../support/builders.ts';
import { callsOf, replacing } from '../../support/credential.ts';
import { clientSecretOf } from '../../support/start-parts.ts';
import { rotationSteps as steps } from '../../support/start-rotating.ts';
import {
  ClientSecretId,
  documentOf,
  type RotatingClient,
  startRotatingClient,
} from '../../support/start-rotating-client.ts';

const old = clientSecretOf('fusion');
const limit = { code: 'ERR_CLIENT_SECRET_LIMIT' };

function inject({ parts }: RotatingClient, method: string, fault: ConsoleFault, times = 1): void {
  parts.consoleApi.faults.inject(fault, { when: (call) => call.method === method, times });
}

async function startCreate(): Promise<RotatingClient> {
  const rotating = await startRotatingClient();
  await rotating.beginRotation();
  return rotating;
}

/** As Secrets Manager does, it begins with the first step again. */
async function expectToComplete(rotating: RotatingClient): Promise<void> {
  rotating.parts.clock.advance(day);
  for (const step of steps) await rotating.step(step);
  const [first] = await rotating.entries();
  expect(rotating.live()).toEqual([old, first?.client_secret]);
}

describe('a second secret at Adobe', () => {
  it('is left alone if a person added it before, and the error names both', async () => {
    const rotating = await startRotatingClient();
    const { parts, adobe } = rotating;
    adobe.addSecret('p8e-somebody-elses-0123456789');
    const minted = parts.ims.mintCount;
    expect(await rotating.rotateSecret()).toEqual([limit.code]);
    const message = String(parts.lines.at(-1)?.message);
    for (const { uuid } of adobe.liveSecrets) expect(message).toContain(uuid);
    expect(parts.ims.mintCount).toBe(minted + 1);
    expect(parts.consoleApi.requests.map(({ outcome }) => outcome)).toEqual(['listed']);
    expect(adobe.liveSecrets).toHaveLength(2);
    expect(await rotating.tag()).toBeUndefined();
  });

  it('is left alone if a person adds it just before the rotator does', async () => {
    const rotating = await startCreate();
    inject(rotating, 'POST', { kind: 'added-by-person' });
    await expect(rotating.step('createSecret')).rejects.toMatchObject({
      code: 'ERR_CONSOLE_REJECTED',
    });
    expect(await rotating.tag()).toBe('none');
    const secrets = rotating.live();
    rotating.parts.clock.advance(day);
    await expect(rotating.step('createSecret')).rejects.toMatchObject(limit);
    expect(rotating.live()).toEqual(secrets);
  });

  it('is left alone if an earlier run may have added it, but somebody used it', async () => {
    const rotating = await startCreate();
    inject(rotating, 'POST', { kind: 'lost-answer' });
    await expect(rotating.step('createSecret')).rejects.toMatchObject({
      code: 'ERR_CONSOLE_UNAVAILABLE',
    });
    const { adobe, parts } = rotating;
    adobe.liveSecrets.at(-1)?.recordUse(parts.clock.seconds * 1000);
    parts.clock.advance(day);
    await expect(rotating.step('createSecret')).rejects.toMatchObject(limit);
    expect(adobe.liveSecrets).toHaveLength(2);
  });

  it('is left alone if it was added long after an earlier run', async () => {
    const rotating = await startCreate();
    const { adobe, parts } = rotating;
    const deadline = new AbortController();
    const when = ({ method }: { readonly method: string }): boolean => {
      if (method === 'POST') deadline.abort();
      return method === 'POST';
    };
    parts.consoleApi.faults.inject({ kind: 'unanswered' }, { when, times: 1 });
    const acting = rotating.step('createSecret', undefined, { signal: deadline.signal });
    await expect(acting).rejects.toMatchObject({ code: 'ERR_CONSOLE_UNAVAILABLE' });
    expect(`${await rotating.tag()}`).toMatch(
      /^adding since=2026-11-22T13:00:00Z version=[0-9a-f-]{36}$/,
    );
    parts.clock.advance(day);
    adobe.addSecret('p8e-somebody-elses-0123456789');
    await expect(rotating.step('createSecret')).rejects.toMatchObject(limit);
    expect(adobe.liveSecrets).toHaveLength(2);
  });
});

it('a secret that only AWSPREVIOUS holds is left alone', async () => {
  const rotating = await startCreate();
  await rotating.step('createSecret');
  const { client, parts } = rotating;
  const { AWSCURRENT: before, AWSPENDING: pending } = await rotating.labels();
  const SecretId = ClientSecretId;
  const move = (VersionStage: string, from?: string, to?: string) =>
    client.send(
      new UpdateSecretVersionStageCommand({
        SecretId,
        VersionStage,
        RemoveFromVersionId: from,
        MoveToVersionId: to,
      }),
    );
  // Somebody makes it current by hand, and thinks better of it.
  await move('AWSCURRENT', before, pending);
  await move('AWSPENDING', pending);
  await move('AWSCURRENT', pending, before);
  const secrets = rotating.live();
  parts.clock.advance(60);
  expect(await rotating.rotateSecret()).toEqual([limit.code]);
  expect(rotating.live()).toEqual(secrets);
});

describe('a secret that was added without an answer', () => {
  it.each<ConsoleFault>([
    { kind: 'lost-answer' },
    { kind: 'echo-secret', place: 'message' },
    { kind: 'field', name: 'client_secret' },
    { kind: 'reset-in-body' },
  ])('is deleted by the next run, which adds another, after %j', async (fault) => {
    const rotating = await startCreate();
    inject(rotating, 'POST', fault);
    await expect(rotating.step('createSecret')).rejects.toMatchObject({
      code: expect.stringMatching(/^ERR_CONSOLE_(UNAVAILABLE|MALFORMED)$/),
    });
    const posts = rotating.parts.consoleApi.requests.filter(({ method }) => method === 'POST');
    expect(posts).toHaveLength(1);
    const [, orphan] = rotating.live();
    expect(`${await rotating.tag()}`).toMatch(/^adding /);
    await expectToComplete(rotating);
    expect(rotating.live()).not.toContain(orphan);
  });

  it('is deleted by the next run after the put failed for good', async () => {
    const rotating = await startCreate();
    const { faults } = rotating.parts.secretsManager;
    faults.inject({ kind: 'denied' }, { when: callsOf('PutSecretValue') });
    await expect(rotating.step('createSecret')).rejects.toMatchObject({
      code: 'ERR_SECRET_ACCESS_DENIED',
    });
    faults.clear();
    await expectToComplete(rotating);
  });

  it('is not taken for one that another run of the same step has stored meanwhile', async () => {
    const rotating = await startCreate();
    const { parts } = rotating;
    inject(rotating, 'POST', { kind: 'lost-answer' });
    await expect(rotating.step('createSecret')).rejects.toMatchObject({
      code: 'ERR_CONSOLE_UNAVAILABLE',
    });
    parts.clock.advance(day);
    const { consoleEndpoint } = parts.run();
    const list: typeof consoleEndpoint.list = async (...args) => {
      await rotating.step('createSecret');
      return await consoleEndpoint.list(...args);
    };
    const [add, remove] = [consoleEndpoint.add, consoleEndpoint.remove].map((method) =>
      method.bind(consoleEndpoint),
    ) as [typeof consoleEndpoint.add, typeof consoleEndpoint.remove];
    const slow = rotating.step('createSecret', undefined, {
      consoleEndpoint: { list, add, remove },
    });
    await expect(slow).rejects.toMatchObject({ code: 'ERR_CLIENT_SECRET_LIMIT' });
    const [pending] = await rotating.entries('AWSPENDING');
    expect(rotating.live()).toContain(pending?.client_secret);
    await expectToComplete(rotating);
  });

  it('takes the place of the old one, although the same step ran twice at once, and one was refused', async () => {
    const rotating = await startCreate();
    const { parts } = rotating;
    const { consoleEndpoint } = parts.run();
    const list = consoleEndpoint.list.bind(consoleEndpoint);
    const remove = consoleEndpoint.remove.bind(consoleEndpoint);
    // The other run has listed before this one adds a secret, and adds its own afterwards.
    let isFirst = true;
    const add: typeof consoleEndpoint.add = async (access, signal) => {
      if (isFirst) {
        isFirst = false;
        await rotating.step('createSecret');
      }
      return await consoleEndpoint.add(access, signal);
    };
    const overrides = { consoleEndpoint: { list, add, remove } };
    await expect(rotating.step('createSecret', undefined, overrides)).rejects.toMatchObject({
      code: 'ERR_CONSOLE_REJECTED',
    });
    expect(await rotating.tag()).toBe('none');
    await rotating.step('testSecret');
    await rotating.step('finishSecret');
    const [, retired] = await rotating.entries();
    expect(retired).toMatchObject({ client_secret: old, retired_at: expect.any(String) });
    expect(await rotating.tag()).toMatch(`retired uuid=${retired?.uuid} `);
  });

  it('is deleted at once if another run stored one meanwhile', async () => {
    const rotating = await startCreate();
    const { parts, client, adobe } = rotating;
    const { secrets } = parts.run();
    const other = { ...documentOf(adobe), client_secrets: ['p8e-of-another-run-0123', old] };
    const put: typeof secrets.put = async (version, signal) => {
      await client.send(
        new PutSecretValueCommand({
          SecretId: ClientSecretId,
          ClientRequestToken: version.versionId,
          SecretString: JSON.stringify(other),
          VersionStages: ['AWSPENDING'],
        }),
      );
      return await secrets.put(version, signal);
    };
    await rotating.step('createSecret', undefined, { secrets: replacing(secrets, { put }) });
    expect(rotating.live()).toEqual([old]);
  });
});

describe('the Console API', () => {
  it('is asked again when it cannot list or delete for a moment', async () => {
    const rotating = await startCreate();
    inject(rotating, 'POST', { kind: 'lost-answer' });
    await expect(rotating.step('createSecret')).rejects.toThrow();
    inject(rotating, 'GET', { kind: 'server-error', status: 503 });
    inject(rotating, 'DELETE', { kind: 'lost-answer' });
    await expectToComplete(rotating);
  });

  it.each<[ConsoleFault['kind'], 'GET' | 'POST']>([
    ['echo-token', 'GET'],
    ['echo-secret', 'POST'],
  ])('does not get a secret into a log line with %s of a %s', async (kind, method) => {
    for (const place of ['message', 'title', 'x-request-id', 'html'] as const) {
      const rotating = await startCreate();
      inject(rotating, method, { kind, place } as ConsoleFault, 9);
      await expect(rotating.step('createSecret')).rejects.toMatchObject({
        code: 'ERR_CONSOLE_UNAVAILABLE',
      });
      const logged = JSON.stringify(rotating.parts.lines);
      for (const { value } of rotating.adobe.secrets) expect(logged).not.toContain(value);
      expect(logged).not.toMatch(/eyJ[\w-]{20}/);
    }
  });

  it('is not asked to add anything when there is no time left to store it', async () => {
    const rotating = await startCreate();
    let listed = false;
    const { consoleEndpoint } = rotating.parts.run();
    const overrides = {
      remaining: () => (listed ? 20 : 600),
      consoleEndpoint: {
        list: async (...args: Parameters<typeof consoleEndpoint.list>) => {
          const response = await consoleEndpoint.list(...args);
          listed = true;
          return response;
        },
        add: consoleEndpoint.add.bind(consoleEndpoint),
        remove: consoleEndpoint.remove.bind(consoleEndpoint),
      },
    };
    await expect(rotating.step('createSecret', undefined, overrides)).rejects.toMatchObject({
      code: 'ERR_NO_TIME_LEFT',
    });
    expect(rotating.live()).toEqual([old]);
    expect(await rotating.tag()).toBeUndefined();
  });

  it('is not asked to add a secret that the stored credential has no room for', async () => {
    const rotating = await startRotatingClient({
      document: (client) => ({
        ...documentOf(client),
        client_secrets: [old, ...Array.from({ length: 9 }, (_, index) => `p8e-old-${index}`)],
      }),
    });
    await rotating.beginRotation();
    await expect(rotating.step('createSecret')).rejects.toMatchObject({
      code: 'ERR_CREDENTIAL_INVALID',
      message: expect.stringMatching(/ holds 10 client_secrets, beside which no other fits/),
    });
    expect(rotating.live()).toEqual([old]);
    expect(await rotating.tag()).toBeUndefined();
  });

  it('may not know the credential, or refuse it: then nothing is added', async () => {
    const rotating = await startRotatingClient({
      document: (client) => ({ ...documentOf(client), credential_id: '1' }),
    });
    expect(await rotating.rotateSecret()).toEqual(['ERR_CONSOLE_REJECTED']);
    expect(rotating.parts.lines.at(-1)).toMatchObject({
      level: 'error',
      fields: { credential: 'fusion', step: 'createSecret', actor: 'credential owner' },
    });
    expect(rotating.parts.lines.at(-1)?.fields['console_status']).toEqual(expect.any(Number));
    expect(rotating.live()).toEqual([old]);
  });
});
