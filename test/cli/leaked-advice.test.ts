import { PutSecretValueCommand } from '@aws-sdk/client-secrets-manager';
import { describe, expect, it } from 'vitest';
import { CliError } from '../../cli/errors.ts';
import { newLeakVersion } from '../../cli/rotator/leak-version.ts';
import type { Session } from '../../cli/session.ts';
import { tagKeys } from '../../core/contract.ts';
import { epochSeconds, formatInstant } from '../../core/instant.ts';
import { sampleClient, selfManaging, storedDocument } from '../../local/sample-credential.ts';
import { day, digest } from '../support/builders.ts';
import { replacing } from '../support/credential.ts';
import {
  expectAnswered,
  expectOver,
  follow,
  goingOn,
  type LeakWorld,
  makeRoom,
  setRotationTag,
  startLeak,
  textOf,
} from './leak-world.ts';
import { inSeconds } from './operator.ts';

type Secrets = Session['secrets'];

const valuesOf = ({ adobe }: LeakWorld) => adobe.liveSecrets.map(({ value }) => value);

const colleagues = 'p8e-of-a-colleague-0123456789';

/** Somebody stores client secrets that are at Adobe. */
async function store(leak: LeakWorld, ...values: readonly string[]): Promise<void> {
  const client_secrets = values.map((value) => {
    leak.secrets.add(value);
    return { client_secret: value, uuid: leak.adobe.liveSecret(value)?.uuid };
  });
  await leak.put(JSON.stringify({ ...(await leak.clientDocument()), client_secrets }));
}

const otherClient = ({ world }: LeakWorld) =>
  world.ims.registerClient(selfManaging(sampleClient()));

/** Does something once, before a description of the client secret after which a predicate holds. */
function once(isTime: () => boolean | Promise<boolean>, work: () => Promise<void>) {
  let isDone = false;
  const secrets = (real: Secrets): Secrets => {
    const before = async (secretId: string): Promise<void> => {
      if (isDone || !secretId.includes('/client') || !(await isTime())) return;
      isDone = true;
      await work();
    };
    return replacing(real, {
      describe: async (secretId) => {
        await before(secretId);
        return await real.describe(secretId);
      },
      describeAfterWrite: async (secretId) => {
        await before(secretId);
        return await real.describeAfterWrite(secretId);
      },
    });
  };
  return { secrets };
}

/** True when an answer looks at the client secret for the fourth time: right before it adds one. */
function isAboutToAdd(): () => boolean {
  let count = 0;
  return () => {
    count += 1;
    return count === 4;
  };
}

it('leaked keeps the added client secret, which a colleague stored, although its note is still there', async () => {
  const leak = await startLeak();
  const isAdded = () => leak.adobe.liveSecrets.length === 2;
  const storing = once(isAdded, async () => await store(leak, valuesOf(leak)[1] ?? ''));
  const first = await leak.answer({}, storing);
  expect(first).toMatchObject({ code: 1 });
  const secretId = leak.world.secretId('fusion', 'client');
  expect(textOf(await follow(leak, first))).toMatch(
    new RegExp(
      `delete the one in version .*, and no other; then: aws secretsmanager tag-resource --secret-id ${secretId} --tags Key=${tagKeys.rotation},Value=none; then: if the stored client secret has not leaked: ims-token-rotator leaked fusion --token --now, or, `,
    ),
  );
  const [, added = ''] = valuesOf(leak);
  leak.adobe.removeSecret(leak.leakedSecret);
  expect(await leak.answer({ token: true })).toMatchObject({ code: 0 });
  const sent = await leak.answer();
  expect(textOf(sent)).toMatch(/^ERR_CREDENTIAL_CHANGED an answer to a leak was begun at /);
  expect(textOf(sent)).toContain('of another client, have Adobe support invalidate');
  expect(valuesOf(leak)).toEqual([added]);
  await setRotationTag(leak, 'none');
  expect((await leak.cli('status', 'fusion')).code).toBe(0);
});

it('leaked keeps the credential of another client that was stored after it had lost an answer', async () => {
  const leak = await startLeak();
  const lost = { kind: 'lost-answer' } as const;
  leak.world.consoleApi.faults.inject(lost, { when: ({ method }) => method === 'POST' });
  const first = await leak.answer();
  expect(first).toMatchObject({ code: 1 });
  expect(textOf(first)).toContain('(Adobe may have added a client secret, which is not stored)');
  leak.world.consoleApi.faults.clear();
  const theirs = otherClient(leak);
  const before = theirs.liveSecrets.map(({ value }) => value);
  await leak.put(storedDocument(theirs));
  const second = await leak.answer();
  expect(textOf(second)).toMatch(/^ERR_CREDENTIAL_CHANGED an answer to a leak was begun at /);
  expect(theirs.liveSecrets.map(({ value }) => value)).toEqual(before);
  expect(await leak.clientDocument()).toMatchObject({ client_id: theirs.clientId });
});

describe('leaked does not advise another run', () => {
  it('if it fails before it has read what somebody has stored meanwhile', async () => {
    const leak = await startLeak();
    let count = 0;
    const isSecond = () => {
      count += 1;
      return count === 2;
    };
    const failing = once(isSecond, async () => {
      leak.adobe.addSecret(colleagues);
      await store(leak, colleagues);
      throw new CliError('ERR_AWS_UNAVAILABLE', 'Secrets Manager is not reachable');
    });
    const exit = await follow(leak, await leak.answer({}, failing));
    expect(textOf(exit)).toMatch(
      /^ERR_CREDENTIAL_CHANGED what is stored in \S+ is not what leaked, .* delete the one in version \S+ .*, and no other; then: if the stored client secret has not leaked: ims-token-rotator leaked fusion --token --now, or, /,
    );
    expect(valuesOf(leak)).toEqual([leak.leakedSecret, colleagues]);
  });

  it('if somebody has stored a good client secret beside the leaked one', async () => {
    const leak = await startLeak();
    const isRenewed = async () =>
      leak.adobe.liveSecrets.length === 2 &&
      !leak.tokens.includes(String((await leak.read('fusion'))?.token['access_token']));
    const storing = once(isRenewed, async () => {
      await store(leak, ...valuesOf(leak).toReversed());
    });
    const exit = await leak.answer({}, storing);
    expect(exit).toMatchObject({ code: 1 });
    const [, leaked = ''] = goingOn.exec(textOf(exit)) ?? [];
    expect(textOf(await follow(leak, exit))).toContain(
      `holds a client secret of version ${leaked}, which has leaked (nothing was changed) → store it without that: ims-token-rotator put-credential fusion FILE; then: ims-token-rotator leaked fusion --version-id ${leaked} --now; only if all that is stored has leaked: `,
    );
    const values = valuesOf(leak);
    expect(values).toHaveLength(2);
    await store(leak, ...values.filter((value) => value !== leak.leakedSecret));
    expect(textOf(await follow(leak, exit))).toContain(`→ delete the one in version ${leaked} of `);
    expect(valuesOf(leak)).toEqual(values);
  });
});

describe('the command that leaked prints', () => {
  it.each([
    ['that was broken off', 'retired'],
    ['that could not note which client secret it had replaced', 'adding'],
  ])('completes the answer of a colleague, %s', async (_, kind) => {
    const leak = await startLeak();
    const isRetired = ({ action, body }: { action: string; body: object }): boolean =>
      action === 'TagResource' && kind === 'adding' && JSON.stringify(body).includes('retired');
    const { faults } = leak.world.consoleApi;
    const answering = once(isAboutToAdd(), async () => {
      leak.world.secretsManager.faults.inject({ kind: 'denied' }, { when: isRetired });
      const down = { kind: 'server-error', status: 503 } as const;
      faults.inject(down, { when: ({ method }) => method === 'DELETE' });
      expect(await leak.answer()).toMatchObject({ code: 1 });
      faults.clear();
    });
    const exit = await leak.answer({}, answering);
    expect(exit).toMatchObject({ code: 1 });
    const [, theirs = ''] = valuesOf(leak);
    await expectAnswered(leak, await follow(leak, exit));
    expect(valuesOf(leak)).toEqual([theirs]);
    expect((await leak.cli('status', 'fusion')).code).toBe(0);
    expectOver(leak, await follow(leak, exit));
  });

  it('names what has leaked also beside the note of another answer, after a third person has stored a credential', async () => {
    const leak = await startLeak();
    const storing = once(isAboutToAdd(), async () => {
      leak.adobe.addSecret(colleagues);
      await store(leak, colleagues);
      await setRotationTag(
        leak,
        `adding since=${inSeconds(0)} version=${newLeakVersion(digest, 'replaced')}`,
      );
    });
    const exit = await leak.answer({}, storing);
    expect(exit).toMatchObject({ code: 1 });
    const [, leaked = ''] = goingOn.exec(textOf(exit)) ?? [];
    expect(textOf(await follow(leak, exit))).toContain(`→ delete the one in version ${leaked} of `);
    expect(valuesOf(leak)).toEqual([leak.leakedSecret, colleagues]);
  });
});

it('leaked repeats its options in the commands that it prints', async () => {
  const leak = await startLeak();
  const interruption = new AbortController();
  let slept = 0;
  const sleep = (seconds: number): Promise<void> => {
    slept += seconds;
    if (slept < 60) return Promise.resolve();
    interruption.abort();
    return Promise.reject(new DOMException('aborted', 'AbortError'));
  };
  const now = () => epochSeconds(Math.floor(Date.now() / 1000) + slept);
  const options = { rotator: 'local', region: 'us-east-1', profile: "the team's" };
  const place = `--rotator local --profile 'the team'\\''s' --region us-east-1`;
  const exit = await leak.answer(
    { now: false, cache: 3_600 },
    { now, sleep, options },
    interruption.signal,
  );
  expect(exit).toMatchObject({ code: 130 });
  expect(textOf(exit)).toMatch(goingOn);
  expect(textOf(exit)).toContain(` --cache 3600 ${place}`);
  const done = await leak.answer({ cache: 3_600 }, { options });
  expect(done, done.stderr).toMatchObject({ code: 0 });
  const told = done.stdout.replaceAll(/\s+/g, ' ');
  expect(told).toContain(`ims-token-rotator renew fusion --force ${place}`);
});

it('leaked does not call tokens of another client useless, which any of the stored ones may be', async () => {
  const leak = await startLeak();
  const [earlier = ''] = leak.tokens;
  const { token } = (await leak.read('fusion')) ?? {};
  // As if IMS had issued it a moment later.
  const last = formatInstant(epochSeconds(Math.floor(Date.now() / 1000) + day + 60));
  const SecretString = JSON.stringify({ ...token, issued_at: inSeconds(60), expires_at: last });
  const SecretId = leak.world.secretId('fusion', 'token');
  await leak.client.send(new PutSecretValueCommand({ SecretId, SecretString }));
  const replaces = (await leak.read('fusion'))?.versionId;
  await leak.put(storedDocument(otherClient(leak)));
  await leak.invoke({ action: 'renew', credential: 'fusion', force: true, replaces });
  const ofToken = await leak.answer({ token: true });
  expect(ofToken).toMatchObject({ code: 1 });
  const words = `earlier tokens of the client ${leak.adobe.clientId}, which is not the stored one, may be valid until ${last}`;
  expect(textOf(ofToken)).toMatch(/^ERR_LEAK_UNPROVEN /);
  expect(textOf(ofToken)).toContain(words);
  expect(textOf(ofToken)).toContain(`until then, or until ${last}, this command ends so`);
  expect(textOf(ofToken)).not.toContain('go on');
  const ofSecret = await leak.answer();
  expect(ofSecret, ofSecret.stderr).toMatchObject({ code: 0 });
  expect(ofSecret.stdout.replaceAll(/\s+/g, ' ')).toContain(
    `have Adobe support invalidate them (that ends the good ones, too, so replace those right after it, for every credential of that client: ims-token-rotator renew OTHER --force): ${words}`,
  );
  expect(leak.world.ims.isValid(earlier)).toBe(true);
  leak.world.ims.revoke(earlier);
  expect(await leak.answer({ token: true })).toMatchObject({ code: 0 });
});

it.each([
  ['is stored again', {}],
  ['is stored with other scopes', { scopes: ['openid'] }],
])(
  'leaked goes on after an answer that was broken off, if the same credential %s',
  async (_, changed) => {
    const leak = await startLeak();
    const [leaked = ''] = valuesOf(leak);
    const { faults } = leak.world.consoleApi;
    faults.inject({ kind: 'lost-answer' }, { when: ({ method }) => method === 'POST' });
    expect((await leak.answer()).code).toBe(1);
    faults.clear();
    await leak.put(JSON.stringify({ ...(await leak.clientDocument()), ...changed }));
    makeRoom(leak, await leak.answer());
    const { code, stderr } = await leak.answer();
    expect(code, stderr).toBe(0);
    expect(valuesOf(leak)).not.toContain(leaked);
  },
);

it('leaked goes on without replacing what a person has stored meanwhile', async () => {
  const leak = await startLeak();
  const document = await leak.clientDocument();
  const secrets = (real: Secrets): Secrets => {
    const setTag: Secrets['setTag'] = async (...args) => {
      await real.setTag(...args);
      if (!args[2].startsWith('adding')) return;
      const { value, uuid } = leak.adobe.addSecret('p8e-of-a-person-0123456789');
      leak.secrets.add(value);
      const client_secrets = [{ client_secret: value, uuid }];
      await leak.put(JSON.stringify({ ...document, client_secrets }));
    };
    return replacing(real, { setTag });
  };
  const exit = await leak.answer({}, { secrets });
  expect(exit.code).toBe(1);
  const before = valuesOf(leak);
  expect(textOf(await follow(leak, exit))).toMatch(
    /^ERR_CREDENTIAL_CHANGED .* delete the one in version \S+ .*, and no other; then: .*leaked fusion --token --now, or, /,
  );
  expect(valuesOf(leak)).toEqual(before);
});
