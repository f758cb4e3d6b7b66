import {
  PutSecretValueCommand,
  UpdateSecretVersionStageCommand,
} from '@aws-sdk/client-secrets-manager';
import { describe, expect, it } from 'vitest';
import type { Session } from '../../cli/session.ts';
import { epochSeconds, formatInstant } from '../../core/instant.ts';
import { replacing } from '../support/credential.ts';
import { labelsOf } from '../support/start-rotating.ts';
import { type LeakWorld, startLeak, textOf } from './leak-world.ts';
import { registerClient } from './operator.ts';

type Describe = Session['secrets']['describe'];

/** Does something once, before a description of a secret that fits. */
function beforeDescribing(
  wanted: (secretId: string) => boolean | Promise<boolean>,
  work: () => Promise<unknown>,
): { readonly secrets: (real: Session['secrets']) => Session['secrets'] } {
  let isDone = false;
  const secrets = (real: Session['secrets']): Session['secrets'] => {
    const describe: Describe = async (secretId) => {
      if (!isDone && (await wanted(secretId))) {
        isDone = true;
        await work();
      }
      return await real.describe(secretId);
    };
    return replacing(real, { describe });
  };
  return { secrets };
}

async function mint({ world, adobe }: LeakWorld): Promise<string> {
  const response = await fetch(`${world.ims.url}/ims/token/v3`, {
    method: 'POST',
    body: new URLSearchParams({
      grant_type: 'client_credentials',
      client_id: adobe.clientId,
      client_secret: adobe.liveSecrets.at(-1)?.value ?? '',
      scope: 'openid',
    }),
  });
  const { access_token } = (await response.json()) as { readonly access_token: string };
  return access_token;
}

/** As a run does whose request to IMS took long: it asked first, and stores last. */
async function storeEarlier(leak: LeakWorld): Promise<string> {
  const access_token = await mint(leak);
  leak.secrets.add(access_token);
  const { token } = (await leak.read('fusion')) ?? {};
  const before = (field: string) =>
    formatInstant(epochSeconds(Date.parse(String(token?.[field])) / 1000 - 60));
  const issued = { issued_at: before('issued_at'), expires_at: before('expires_at') };
  const SecretString = JSON.stringify({ ...token, access_token, ...issued });
  const SecretId = leak.world.secretId('fusion', 'token');
  await leak.client.send(new PutSecretValueCommand({ SecretId, SecretString }));
  return access_token;
}

const ofClient = (secretId: string): boolean => secretId.includes('/client');

describe.each([true, false])('leaked (--token: %s)', (token) => {
  it('leaves a token in use that IMS issued before the one that it has waited for', async () => {
    const leak = await startLeak();
    const [leaked = ''] = leak.tokens;
    let [slept, stored] = [0, ''];
    const exit = await leak.answer(
      { token, now: false },
      {
        now: () => epochSeconds(Date.now() / 1000 + slept),
        sleep: async (seconds) => {
          slept += seconds;
          if (stored === '') stored = await storeEarlier(leak);
        },
      },
    );
    expect(exit, exit.stderr).toMatchObject({ code: 0 });
    expect((await leak.read('fusion'))?.token['access_token']).toBe(stored);
    expect([leaked, stored].map((one) => leak.world.ims.isValid(one))).toEqual([false, true]);
  });

  it('does not succeed if the current token is an earlier one again at its end', async () => {
    const leak = await startLeak();
    const { client, world } = leak;
    const SecretId = world.secretId('fusion', 'token');
    const { AWSCURRENT: MoveToVersionId } = await labelsOf(client, SecretId);
    const moveBack = async (): Promise<void> => {
      const { AWSCURRENT: RemoveFromVersionId } = await labelsOf(client, SecretId);
      const move = { SecretId, VersionStage: 'AWSCURRENT', RemoveFromVersionId, MoveToVersionId };
      await client.send(new UpdateSecretVersionStageCommand(move));
    };
    const atTheEnd = beforeDescribing(() => world.ims.invalidations.length > 0, moveBack);
    const { code, stderr } = await leak.answer({ token }, atTheEnd);
    expect(code).toBe(1);
    const text = stderr.replaceAll(/\s+/g, ' ');
    expect(text).toContain('ERR_LEAK_UNPROVEN');
    expect(text).toContain('the token in use is an earlier one');
    const again = await leak.answer({ token });
    expect(again, again.stderr).toMatchObject({ code: 0 });
    const { token: current } = (await leak.read('fusion')) ?? {};
    expect(world.ims.isValid(String(current?.['access_token']))).toBe(true);
  });
});

it('leaked deletes nothing once its own secret is gone, although Adobe lists that of a colleague', async () => {
  const leak = await startLeak();
  const { adobe, leakedSecret } = leak;
  const isRenewed = async (): Promise<boolean> =>
    adobe.liveSecrets.length === 2 &&
    !leak.tokens.includes(String((await leak.read('fusion'))?.token['access_token']));
  const replacing = beforeDescribing(isRenewed, () => {
    for (const { value } of adobe.liveSecrets)
      if (value !== leakedSecret) adobe.removeSecret(value);
    adobe.addSecret('p8e-of-a-colleague-0123456789');
    return Promise.resolve();
  });
  const exit = await leak.answer({}, replacing);
  expect(exit).toMatchObject({ code: 1 });
  expect(textOf(exit)).toMatch(
    /^ERR_CREDENTIAL_CHANGED .*somebody else has deleted the new client secret at Adobe \(/,
  );
  expect(adobe.liveSecrets).toHaveLength(2);
  expect(adobe.liveSecret(leakedSecret)).toBeDefined();
});

it.each([
  ['a value that IMS rejects', {}],
  ['one that it rejects and that calls itself replaced', { retired_at: '2026-01-01T00:00:00Z' }],
])("leaked deletes no colleague's client secret whose uuid is stored with %s", async (_, notes) => {
  const leak = await startLeak();
  const colleagues = leak.adobe.addSecret('p8e-of-a-colleague-0123456789');
  colleagues.recordUse(Date.now());
  const document = await leak.clientDocument();
  const dead = { client_secret: 'p8e-dead-0123456789abcdef', uuid: colleagues.uuid, ...notes };
  const client_secrets = [...document.client_secrets, dead];
  await leak.put(JSON.stringify({ ...document, client_secrets }));
  const before = leak.adobe.liveSecrets;
  expect(textOf(await leak.answer())).toMatch(/^ERR_CLIENT_SECRET_LIMIT .*\(nothing was changed\)/);
  expect(leak.adobe.liveSecrets).toEqual(before);
});

describe('leaked, where the leaked client secret is stored again', () => {
  it('before its deletion, deletes nothing', async () => {
    const leak = await startLeak();
    const { adobe, leakedSecret } = leak;
    const document = JSON.stringify(await leak.clientDocument());
    const isRenewed = async (secretId: string): Promise<boolean> =>
      ofClient(secretId) &&
      adobe.liveSecrets.length === 2 &&
      !leak.tokens.includes(String((await leak.read('fusion'))?.token['access_token']));
    const storing = beforeDescribing(isRenewed, () => leak.put(document));
    const { code, stderr } = await leak.answer({}, storing);
    expect(code).toBe(1);
    expect(stderr).toContain('ERR_CREDENTIAL_CHANGED');
    expect(stderr.replaceAll(/\s+/g, ' ')).toMatch(
      /go on: ims-token-rotator leaked fusion --version-id \S+ --now $/,
    );
    expect(adobe.liveSecret(leakedSecret)).toBeDefined();
    expect(JSON.stringify(await leak.clientDocument())).toContain(leakedSecret);
  });

  it.each(['by a new version', 'by its label alone'])(
    'after its deletion, says so: %s',
    async (how) => {
      const leak = await startLeak();
      const SecretId = leak.world.secretId('fusion', 'client');
      const document = JSON.stringify(await leak.clientDocument());
      const before = await labelsOf(leak.client, SecretId);
      let isStored = false;
      const moveBack = async (): Promise<void> => {
        const { AWSCURRENT: RemoveFromVersionId } = await labelsOf(leak.client, SecretId);
        const MoveToVersionId = before['AWSCURRENT'];
        const move = { SecretId, VersionStage: 'AWSCURRENT', RemoveFromVersionId, MoveToVersionId };
        await leak.client.send(new UpdateSecretVersionStageCommand(move));
      };
      const sleep = async (): Promise<void> => {
        if (!isStored) await (how === 'by a new version' ? leak.put(document) : moveBack());
        isStored = true;
      };
      let clock = Date.now() / 1000;
      const now = () => {
        clock += isStored ? 300 : 0;
        return epochSeconds(Math.floor(clock));
      };
      const { code, stdout, stderr } = await leak.answer({ now: false }, { now, sleep });
      expect(code).toBe(1);
      expect(stdout.replaceAll(/\s+/g, ' ')).toContain('have Adobe support invalidate all tokens');
      const text = stderr.replaceAll(/\s+/g, ' ');
      expect(text).toContain('ERR_CREDENTIAL_CHANGED');
      expect(text).toContain('what had leaked is stored again in');
      expect(text).toContain('what has leaked is useless');
      expect(text).not.toContain('go on');
      const [, to, from] =
        /--move-to-version-id (\S+) --remove-from-version-id (\S+)/.exec(text) ?? [];
      const move = { SecretId, VersionStage: 'AWSCURRENT' };
      const ids = { MoveToVersionId: to, RemoveFromVersionId: from };
      await leak.client.send(new UpdateSecretVersionStageCommand({ ...move, ...ids }));
      expect((await leak.cli('status', 'fusion')).code).toBe(0);
      const [live] = leak.adobe.liveSecrets;
      expect(JSON.stringify(await leak.clientDocument())).toContain(live?.value);
    },
  );
});

it('leaked --token invalidates the token although a credential of another client is stored meanwhile', async () => {
  const leak = await startLeak();
  const { clientId, secret, scopes } = registerClient(leak);
  const document = { client_id: clientId, client_secret: secret, scope: scopes.join(' ') };
  let [slept, isStored] = [0, false];
  const exit = await leak.answer(
    { token: true, now: false },
    {
      now: () => epochSeconds(Date.now() / 1000 + slept),
      sleep: async (seconds) => {
        slept += seconds;
        if (!isStored) await leak.put(JSON.stringify(document));
        isStored = true;
      },
    },
  );
  expect(exit, exit.stderr).toMatchObject({ code: 0 });
  expect(leak.world.ims.isValid(leak.tokens[0] ?? '')).toBe(false);
});

it('leaked --token does not succeed where the stored credential cannot invalidate the token', async () => {
  const leak = await startLeak();
  const { clientId, secret, scopes } = registerClient(leak);
  await leak.put(
    JSON.stringify({ client_id: clientId, client_secret: secret, scope: scopes.join(' ') }),
  );
  const { code, stderr } = await leak.answer({ token: true });
  expect(code).toBe(1);
  expect(stderr.replaceAll(/\s+/g, ' ')).toContain('the leaked token is of another client');
  // Another run would take the stored token for the leaked one, and succeed.
  expect(stderr).not.toMatch(/go\s+on/);
  expect(leak.world.ims.isValid(leak.tokens[0] ?? '')).toBe(true);
});

it('leaked --token does not take a token for the leaked one that was renewed when it began', async () => {
  const leak = await startLeak();
  let count = 0;
  const isSecond = (secretId: string): boolean => {
    if (!ofClient(secretId)) count += 1;
    return count === 2;
  };
  const replaces = (await leak.read('fusion'))?.versionId;
  const renewing = beforeDescribing(isSecond, () =>
    leak.invoke({ action: 'renew', credential: 'fusion', force: true, replaces }),
  );
  const exit = await leak.answer({ token: true }, renewing);
  expect(exit, exit.stderr).toMatchObject({ code: 0 });
  expect(leak.world.ims.isValid(leak.tokens[0] ?? '')).toBe(false);
  await leak.remember();
  expect(leak.world.ims.isValid(leak.tokens.at(-1) ?? '')).toBe(true);
});
