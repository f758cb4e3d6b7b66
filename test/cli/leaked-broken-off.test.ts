import { UpdateSecretVersionStageCommand } from '@aws-sdk/client-secrets-manager';
import { describe, expect, it } from 'vitest';
import type { Session } from '../../cli/session.ts';
import { sampleClient, selfManaging, storedDocument } from '../../local/sample-credential.ts';
import { replacing } from '../support/credential.ts';
import { labelsOf } from '../support/start-rotating.ts';
import {
  expectAnswered,
  follow,
  goBack,
  interruptWait,
  type LeakWorld,
  refuseDeletion,
  setRotationTag,
  startLeak,
  textOf,
} from './leak-world.ts';

type Secrets = Session['secrets'];

const valuesOf = ({ adobe }: LeakWorld) => adobe.liveSecrets.map(({ value }) => value);

const colleagues = 'p8e-of-a-colleague-0123456789';

/** Somebody stores a client secret that they see in the Console, or add there. */
async function store(leak: LeakWorld, value: string): Promise<void> {
  leak.secrets.add(value);
  const { uuid } = leak.adobe.liveSecret(value) ?? leak.adobe.addSecret(value);
  const client_secrets = [{ client_secret: value, uuid }];
  await leak.put(JSON.stringify({ ...(await leak.clientDocument()), client_secrets }));
}

/** Says what is to be done if what is stored has not leaked, and shows that nothing was changed. */
async function expectOvertaken(leak: LeakWorld): Promise<void> {
  expect((await leak.cli('status', 'fusion')).stdout).toContain('leaked fusion');
  const exit = await leak.answer();
  expect(exit).toMatchObject({ code: 1 });
  expect(textOf(exit)).toMatch(
    /^ERR_CREDENTIAL_CHANGED an answer to a leak was begun at .* \(nothing was changed\)/,
  );
  const leaked = leak.adobe.secrets.find(({ value }) => value === leak.leakedSecret)?.uuid;
  const [, rest = ''] = textOf(exit).split(
    new RegExp(
      ` delete the one in version \\S+ of \\S+/client \\(noted as ${leaked}: compare the values first\\) in the Adobe Developer Console, if it is still there, and no other; then: `,
    ),
  );
  expect(rest).toMatch(
    /^aws \S.*=none; then: if the stored client secret has not leaked: ims-token-rotator leaked fusion --token --now, or,/,
  );
}

/** The advice, word for word. */
async function followByHand(leak: LeakWorld, { isOther }: { isOther: boolean }): Promise<void> {
  leak.adobe.removeSecret(leak.leakedSecret);
  await setRotationTag(leak, 'none');
  if (!isOther) {
    const exit = await leak.answer({ token: true });
    expect(exit, exit.stderr).toMatchObject({ code: 0 });
    expect(leak.world.ims.isValid(leak.tokens[0] ?? '')).toBe(false);
  }
  expect((await leak.cli('status', 'fusion')).code).toBe(0);
}

describe.each([
  ['Ctrl-C during the wait', interruptWait],
  ['a deletion that Adobe did not answer', refuseDeletion],
])('leaked, after %s, keeps', (_, breakOff) => {
  it('the credential of another client that was stored since', async () => {
    const leak = await startLeak();
    expect((await breakOff(leak)).code).not.toBe(0);
    const theirs = leak.world.ims.registerClient(selfManaging(sampleClient()));
    const values = theirs.liveSecrets.map(({ value }) => value);
    await leak.put(storedDocument(theirs));
    await expectOvertaken(leak);
    await leak.invoke({ action: 'tick' });
    await followByHand(leak, { isOther: true });
    expect(theirs.liveSecrets.map(({ value }) => value)).toEqual(values);
    expect(await leak.clientDocument()).toMatchObject({ client_id: theirs.clientId });
  });

  it('its own client secret, which somebody has stored again', async () => {
    const leak = await startLeak();
    expect((await breakOff(leak)).code).not.toBe(0);
    const [added = ''] = valuesOf(leak).filter((value) => value !== leak.leakedSecret);
    await store(leak, added);
    await expectOvertaken(leak);
    await followByHand(leak, { isOther: false });
    expect(valuesOf(leak)).toEqual([added]);
  });

  it('another client secret that was stored since', async () => {
    const leak = await startLeak();
    expect((await breakOff(leak)).code).not.toBe(0);
    for (const value of valuesOf(leak)) leak.adobe.removeSecret(value);
    await store(leak, colleagues);
    await expectOvertaken(leak);
    await followByHand(leak, { isOther: false });
    expect(valuesOf(leak)).toEqual([colleagues]);
  });
});

describe('leaked goes on with the answer once its version is current again', () => {
  async function storeAgain(leak: LeakWorld): Promise<void> {
    const client_secrets = [{ client_secret: leak.leakedSecret }];
    await leak.put(JSON.stringify({ ...(await leak.clientDocument()), client_secrets }));
  }

  const [before, since] = ['before it was deleted at Adobe', 'although Adobe has deleted that'];
  it.each([
    ['AWSCURRENT was moved back to what had leaked', before, refuseDeletion, goBack],
    ['what had leaked was stored again', before, refuseDeletion, storeAgain],
    ['AWSCURRENT was moved back to what had leaked', since, interruptWait, goBack],
    ['what had leaked was stored again', since, interruptWait, storeAgain],
  ])('after %s, %s', async (_, __, breakOff, storeLeaked) => {
    const leak = await startLeak();
    await breakOff(leak);
    await leak.remember();
    const SecretId = leak.world.secretId('fusion', 'client');
    const { AWSCURRENT: own } = await labelsOf(leak.client, SecretId);
    await storeLeaked(leak);
    const { AWSCURRENT: again } = await labelsOf(leak.client, SecretId);
    expect((await leak.cli('status', 'fusion')).stdout).toContain('leaked fusion');
    const exit = await leak.answer();
    expect(exit).toMatchObject({ code: 1 });
    expect(textOf(exit)).toMatch(/^ERR_CREDENTIAL_CHANGED .* \(nothing was changed\)/);
    expect(textOf(exit)).toContain(
      `aws secretsmanager update-secret-version-stage --secret-id ${SecretId} --version-stage AWSCURRENT --move-to-version-id ${own} --remove-from-version-id ${again}; then go on: ims-token-rotator leaked fusion `,
    );
    const labels = { MoveToVersionId: own, RemoveFromVersionId: again };
    const VersionStage = 'AWSCURRENT';
    await leak.client.send(
      new UpdateSecretVersionStageCommand({ SecretId, VersionStage, ...labels }),
    );
    await expectAnswered(leak, await leak.answer());
    expect((await leak.cli('status', 'fusion')).code).toBe(0);
  });
});

it('leaked has the token replaced that was revoked since it was renewed', async () => {
  const leak = await startLeak();
  await interruptWait(leak);
  await leak.remember();
  leak.world.ims.revoke(leak.tokens.at(-1) ?? '');
  const exit = await leak.answer();
  expect(textOf(exit)).toMatch(
    /^ERR_LEAK_UNPROVEN .*IMS rejects the new token .* wait a minute; then: ims-token-rotator leaked fusion --version-id \S+ --now; if it lasts: ims-token-rotator leaked fusion --token --now, which says how to go on$/,
  );
  expect(await leak.answer({ token: true })).toMatchObject({ code: 0 });
  await expectAnswered(leak, await leak.answer());
});

it('leaked advises to take off its note also if it stored nothing, as somebody else has', async () => {
  const leak = await startLeak();
  const { faults } = leak.world.consoleApi;
  const secrets = (real: Secrets): Secrets => {
    const setTag: Secrets['setTag'] = async (...args) => {
      await real.setTag(...args);
      await store(leak, colleagues);
      faults.inject(
        { kind: 'server-error', status: 503 },
        { when: ({ method }) => method === 'POST' },
      );
    };
    return replacing(real, { setTag });
  };
  const exit = await leak.answer({}, { secrets });
  faults.clear();
  expect(exit).toMatchObject({ code: 1 });
  expect(textOf(await follow(leak, exit))).toMatch(
    /→ delete the one in version \S+ .* in the Adobe Developer Console, if it is still there, and no other; then: aws secretsmanager tag-resource \S.*=none; then: if the stored client secret has not leaked: ims-token-rotator leaked fusion --token --now, or, /,
  );
  await followByHand(leak, { isOther: false });
  expect(valuesOf(leak)).toEqual([colleagues]);
});

it('leaked says that the leak is answered if it is interrupted at its last look', async () => {
  const leak = await startLeak();
  const interruption = new AbortController();
  const secrets = (real: Secrets): Secrets => {
    let isComplete = false;
    const setTag: Secrets['setTag'] = async (...args) => {
      await real.setTag(...args);
      isComplete = args.includes('none');
    };
    const describe: Secrets['describe'] = async (...args) => {
      if (isComplete) interruption.abort();
      return await real.describe(...args);
    };
    return replacing(real, { setTag, describe });
  };
  const exit = await leak.answer({}, { secrets }, interruption.signal);
  expect(exit).toMatchObject({ code: 130 });
  expect(textOf(exit)).toMatch(/^ERR_INTERRUPTED .*the leak is answered; only whether/);
});
