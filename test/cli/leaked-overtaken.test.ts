import { PutSecretValueCommand } from '@aws-sdk/client-secrets-manager';
import { describe, expect, it } from 'vitest';
import { newLeakVersion } from '../../cli/rotator/leak-version.ts';
import type { Session } from '../../cli/session.ts';
import { epochSeconds } from '../../core/instant.ts';
import { sampleClient, selfManaging, storedDocument } from '../../local/sample-credential.ts';
import { digest } from '../support/builders.ts';
import { replacing } from '../support/credential.ts';
import type { Exit } from '../support/run-process.ts';
import { labelsOf } from '../support/start-rotating.ts';
import {
  expectAnswered,
  follow,
  type LeakWorld,
  refuseDeletion,
  setRotationTag,
  startLeak,
  textOf,
} from './leak-world.ts';
import { inSeconds } from './operator.ts';

type Secrets = Session['secrets'];

const valuesOf = ({ adobe }: LeakWorld) => adobe.liveSecrets.map(({ value }) => value);

async function mintWith({ world, adobe, secrets }: LeakWorld, value: string): Promise<string> {
  const response = await fetch(`${world.ims.url}/ims/token/v3`, {
    method: 'POST',
    body: new URLSearchParams({
      grant_type: 'client_credentials',
      client_id: adobe.clientId,
      client_secret: value,
      scope: 'openid',
    }),
  });
  const { access_token } = (await response.json()) as { readonly access_token: string };
  secrets.add(access_token);
  return access_token;
}

async function storeToken(leak: LeakWorld, fields: object): Promise<void> {
  const { token } = (await leak.read('fusion')) ?? {};
  const SecretString = JSON.stringify({ ...token, ...fields });
  const SecretId = leak.world.secretId('fusion', 'token');
  await leak.client.send(new PutSecretValueCommand({ SecretId, SecretString }));
}

/** Somebody stores a client secret of this client alone, which they have added or copied in the Console. */
async function storeOwn(leak: LeakWorld, value: string): Promise<void> {
  leak.secrets.add(value);
  const { uuid } = leak.adobe.liveSecret(value) ?? leak.adobe.addSecret(value);
  const client_secrets = [{ client_secret: value, uuid }];
  await leak.put(JSON.stringify({ ...(await leak.clientDocument()), client_secrets }));
  // As the function does, if its budget allows.
  const labels = await labelsOf(leak.client, leak.world.secretId('fusion', 'client'));
  const access_token = await mintWith(leak, value);
  await storeToken(leak, { access_token, client_secret_version: labels['AWSCURRENT'] });
}

/** Does something once, before the client secret is described after the token was renewed. */
function onceRenewed(leak: LeakWorld, work: () => Promise<void>) {
  let isDone = false;
  const secrets = (real: Secrets): Secrets => {
    const describe: Secrets['describe'] = async (secretId) => {
      if (!isDone && secretId.includes('/client') && leak.adobe.liveSecrets.length === 2) {
        const { token } = (await leak.read('fusion')) ?? {};
        isDone = !leak.tokens.includes(String(token?.['access_token']));
        if (isDone) await work();
      }
      return await real.describe(secretId);
    };
    return replacing(real, { describe });
  };
  return { secrets };
}

/** What another run says is left to people: what is stored stays, unless it has leaked, too. */
function expectLeft(leak: LeakWorld, exit: Exit): void {
  const values = valuesOf(leak);
  expect(textOf(exit)).toMatch(
    /^ERR_CREDENTIAL_CHANGED an answer to a leak was begun at .* → delete the one in version \S+ .* in the Adobe Developer Console, if it is still there, and no other; then: aws secretsmanager tag-resource \S.*=none; then: if the stored client secret has not leaked: ims-token-rotator leaked fusion --token --now, or, .*; only if all that is stored has leaked, too: ims-token-rotator leaked fusion --version-id \S+ --now, which deletes it at Adobe/,
  );
  expect(valuesOf(leak)).toEqual(values);
}

const colleagues = 'p8e-of-a-colleague-0123456789';

describe('the advice of leaked, after a colleague has stored another credential,', () => {
  it('keeps their client secret, once the leaked one is gone', async () => {
    const leak = await startLeak();
    let [slept, isStored] = [0, false];
    const sleep = async (seconds: number): Promise<void> => {
      slept += seconds;
      if (isStored) return;
      isStored = true;
      await leak.remember();
      await storeOwn(leak, colleagues);
    };
    const now = () => epochSeconds(Date.now() / 1000 + slept);
    const exit = await leak.answer({ now: false }, { now, sleep });
    expect(exit).toMatchObject({ code: 1 });
    expect(textOf(exit)).toContain('earlier tokens are still valid');
    expect(textOf(exit)).toMatch(/find out who; then go on: \S+ leaked fusion --version-id \S+$/);
    expectLeft(leak, await follow(leak, exit));
    expect(await leak.answer({ token: true })).toMatchObject({ code: 0 });
    expect(leak.tokens.map((token) => leak.world.ims.isValid(token))).toEqual([false, false]);
    expect(valuesOf(leak)).toContain(colleagues);
    expect(JSON.stringify(await leak.clientDocument())).toContain(colleagues);
  });

  it('names the leaked one, which is still at Adobe', async () => {
    const leak = await startLeak();
    const leakedUuid = leak.adobe.liveSecrets[0]?.uuid;
    const storing = onceRenewed(leak, async () => {
      await storeOwn(leak, valuesOf(leak)[1] ?? '');
    });
    const exit = await leak.answer({}, storing);
    expect(exit).toMatchObject({ code: 1 });
    const [, added] = valuesOf(leak);
    const left = await follow(leak, exit);
    expectLeft(leak, left);
    expect(textOf(left)).toContain(`(noted as ${leakedUuid}: compare the values first)`);
    leak.adobe.removeSecret(leak.leakedSecret);
    expect(await leak.answer({ token: true })).toMatchObject({ code: 0 });
    await setRotationTag(leak, 'none');
    expect((await leak.cli('status', 'fusion')).code).toBe(0);
    expect(valuesOf(leak)).toEqual([added]);
    expect(leak.world.ims.isValid(leak.tokens[0] ?? '')).toBe(false);
  });

  it('leaves the tokens of a client whose credential is no longer stored to Adobe', async () => {
    const leak = await startLeak();
    const theirs = leak.world.ims.registerClient(selfManaging(sampleClient()));
    const exit = await leak.answer(
      {},
      onceRenewed(leak, async () => await leak.put(storedDocument(theirs))),
    );
    expect(exit).toMatchObject({ code: 1 });
    const left = await follow(leak, exit);
    expectLeft(leak, left);
    expect(textOf(left)).toContain(
      'or, if the stored credential is of another client, have Adobe support invalidate all tokens of the earlier one',
    );
    expect(theirs.liveSecrets).toHaveLength(1);
  });

  it('is the same after Ctrl-C', async () => {
    const leak = await startLeak();
    const interruption = new AbortController();
    const sleep = async (): Promise<void> => {
      await storeOwn(leak, colleagues);
      interruption.abort();
      throw new DOMException('aborted', 'AbortError');
    };
    const exit = await leak.answer({ now: false }, { sleep }, interruption.signal);
    expect(exit).toMatchObject({ code: 130 });
    expectLeft(leak, await follow(leak, exit));
    expect(valuesOf(leak)).toContain(colleagues);
  });
});

it('leaked leaves the token alone that consumers have of a credential which was stored after its own', async () => {
  let ahead = 0;
  const leak = await startLeak({ now: () => Date.now() + ahead * 1000 });
  let count = 0;
  const secrets = (real: Secrets): Secrets => {
    const describe: Secrets['describe'] = async (secretId) => {
      const found = await real.describe(secretId);
      const isGone = leak.adobe.liveSecret(leak.leakedSecret) === undefined;
      if (isGone && secretId.includes('/token')) count += 1;
      // The last one before the earlier tokens are read.
      if (count === 2 && ahead === 0) {
        ahead = 2;
        await storeOwn(leak, colleagues);
      }
      return found;
    };
    return replacing(real, { describe });
  };
  const exit = await leak.answer({}, { secrets });
  expect(textOf(exit)).toMatch(/^ERR_LEAK_UNPROVEN .*: the token in use .* the new client secret/);
  await leak.remember();
  const [leaked = '', ...others] = leak.tokens;
  expect(leak.world.ims.isValid(leaked)).toBe(false);
  expect(others.map((token) => leak.world.ims.isValid(token))).toEqual([true]);
});

it('leaked leaves a credential alone that somebody stores while a person is asked', async () => {
  const leak = await startLeak();
  let count = 0;
  const secrets = (real: Secrets): Secrets => {
    const describe: Secrets['describe'] = async (...args) => {
      count += 1;
      // Both secrets are described before the question.
      if (count === 3) await storeOwn(leak, colleagues);
      return await real.describe(...args);
    };
    return replacing(real, { describe });
  };
  const exit = await leak.answer({}, { secrets });
  expect(exit).toMatchObject({ code: 1 });
  expect(textOf(exit)).toMatch(/^ERR_CREDENTIAL_CHANGED .*\(nothing was changed\)/);
  expect(textOf(exit)).toMatch(
    /→ delete the one in version \S+ .*, and no other; then: if the stored client secret has not leaked: ims-token-rotator leaked fusion --token --now, or, /,
  );
  expect(valuesOf(leak)).toEqual([leak.leakedSecret, colleagues]);
  expect(JSON.stringify(await leak.clientDocument())).toContain(colleagues);
});

it('leaked keeps what was stored after an answer that was broken off before it stored anything', async () => {
  const leak = await startLeak();
  await setRotationTag(
    leak,
    `adding since=${inSeconds(-600)} version=${newLeakVersion(digest, 'replaced')}`,
  );
  await storeOwn(leak, colleagues);
  expect((await leak.cli('status', 'fusion')).stdout).toContain('leaked fusion');
  const exit = await leak.answer();
  expect(exit).toMatchObject({ code: 1 });
  expect(textOf(exit)).toMatch(/^ERR_CREDENTIAL_CHANGED an answer to a leak was begun at /);
  expect(textOf(exit)).toContain(
    'Value=none; then: if the stored client secret has not leaked: ims-token-rotator leaked fusion --token --now, or,',
  );
  expect(textOf(exit)).not.toContain('go on');
  expect(valuesOf(leak)).toEqual([leak.leakedSecret, colleagues]);
});

it('leaked tells which credential it goes on with, if another one has to be stored first', async () => {
  const leak = await startLeak();
  const whole = await leak.clientDocument();
  const { credential_id: _, ...document } = whole;
  await leak.put(JSON.stringify(document));
  const exit = await leak.answer();
  expect(textOf(exit)).toMatch(
    /put-credential fusion FILE; then go on: \S+ leaked fusion --version/,
  );
  await leak.put(JSON.stringify(whole));
  await expectAnswered(leak, await follow(leak, exit));
});

describe('leaked --now', () => {
  it('says until when a slow run may store a token of the leaked client secret, and what ends that', async () => {
    const leak = await startLeak();
    // A slow run stores its token after the command has ended.
    const late = await mintWith(leak, leak.leakedSecret);
    const exit = await leak.answer();
    expect(exit).toMatchObject({ code: 0 });
    const told = exit.stdout.replaceAll(/\s+/g, ' ');
    const [, until = ''] =
      /may still store a token of the leaked client secret, until (\S+Z)\. After that: ims-token-rotator leaked fusion --token/.exec(
        told,
      ) ?? [];
    const left = Date.parse(until) / 1000 - Date.now() / 1000;
    expect(left).toBeGreaterThan(100 + 300 - 60);
    expect(left).toBeLessThanOrEqual(100 + 300);
    await storeToken(leak, { access_token: late });
    expect(leak.world.ims.isValid(late)).toBe(true);
    expect(await leak.answer({ token: true })).toMatchObject({ code: 0 });
    expect(leak.world.ims.isValid(late)).toBe(false);
  });

  it('counts from the last change, since AWSCURRENT may have come back to the version', async () => {
    const leak = await startLeak();
    expect((await refuseDeletion(leak)).code).toBe(1);
    const later = epochSeconds(Math.floor(Date.now() / 1000) + 3_000);
    leak.world.aws.clockOffsetMs = 3_000_000;
    const secrets = (real: Secrets): Secrets => {
      const describe: Secrets['describe'] = async (secretId) => {
        const secret = await real.describe(secretId);
        return secret && { ...secret, changedAt: later };
      };
      return replacing(real, { describe });
    };
    const { stdout } = await leak.answer({}, { secrets, now: () => later });
    const until = new Date((later + 100 + 300) * 1000).toISOString().replace('.000Z', 'Z');
    expect(stdout.replaceAll(/\s+/g, ' ')).toContain(`leaked client secret, until ${until}. After`);
  });

  it('says nothing of it after a wait, or about a token alone', async () => {
    const leak = await startLeak();
    let slept = 0;
    const sleep = (seconds: number): Promise<void> => {
      slept += seconds;
      return Promise.resolve();
    };
    const now = () => epochSeconds(Date.now() / 1000 + slept);
    const waited = await leak.answer({ now: false }, { now, sleep });
    const ofToken = await leak.answer({ token: true });
    for (const exit of [waited, ofToken]) {
      expect(exit).toMatchObject({ code: 0 });
      expect(exit.stdout).not.toContain('Without the wait');
    }
  });
});
