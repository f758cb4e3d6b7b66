// What people are told to do when an answer to a leak stops: each word of it may be followed.
import { GetSecretValueCommand } from '@aws-sdk/client-secrets-manager';
import { describe, expect, it } from 'vitest';
import type { Secrets } from '../../cli/aws/secrets.ts';
import { replacing } from '../support/credential.ts';
import { labelsOf } from '../support/start-rotating.ts';
import { callOf } from './fates.ts';
import {
  expectAnswered,
  expectOver,
  follow,
  goBack,
  goingOn,
  type LeakWorld,
  refuseAddition,
  refuseDeletion,
  setRotationTag,
  startLeak,
  storePersons,
  textOf,
} from './leak-world.ts';
import { inSeconds } from './operator.ts';
import { startFilter } from './start-filter.ts';

const byHand =
  'if that keeps failing, do not wait: answer the leak by hand: see "When something leaked" in docs/client-secret-rotation.md';

/** From this call on, a tag of the client secret is written, but its answer is lost. */
function loseTagAnswers({ world }: LeakWorld, first: number, isLookLost = false): void {
  let tags = 0;
  const isTag = callOf('TagResource', 'client');
  const isLook = callOf('DescribeSecret', 'client');
  const when = (call: Parameters<typeof isTag>[0]): boolean => {
    if (isTag(call)) tags += 1;
    return tags >= first && (isTag(call) || (isLookLost && isLook(call)));
  };
  world.secretsManager.faults.inject({ kind: 'reset-after' }, { when });
}

/** Does something before a person is asked, and after the client secret was described. */
function meanwhile(work: () => Promise<void>) {
  let isFirst = true;
  const secrets = (real: Secrets): Secrets => {
    const describe: Secrets['describe'] = async (...args) => {
      const described = await real.describe(...args);
      if (!isFirst) return described;
      isFirst = false;
      await work();
      return described;
    };
    return replacing(real, { describe });
  };
  return { secrets };
}

describe('the command that leaked prints replaces nothing more', () => {
  it.each([
    ['the answer to its last note is lost', false],
    ['nobody can tell whether its last note is written', true],
  ])('once all is proved, and %s', async (_, isLookLost) => {
    const leak = await startLeak();
    loseTagAnswers(leak, 3, isLookLost);
    const exit = await leak.answer();
    expect(exit.code).toBe(1);
    expect(textOf(exit)).toContain('(what has leaked is useless) → ');
    expect(textOf(exit)).not.toContain('do not wait');
    leak.world.secretsManager.faults.clear();
    expectOver(leak, await follow(leak, exit));
  });

  it('if the answer is complete by the time that it cannot read what is stored', async () => {
    const leak = await startLeak();
    await refuseDeletion(leak);
    const { url, rules } = await startFilter(leak.world.aws.url);
    leak.environment['AWS_ENDPOINT_URL'] = url;
    let lists = 0;
    const when = (action: string): boolean => {
      if (action === 'ListSecretVersionIds') lists += 1;
      return action === 'ListSecretVersionIds' && lists >= 2;
    };
    rules.push({ when, status: 403, first: () => setRotationTag(leak, 'none') });
    const exit = await leak.answer();
    rules.pop();
    expectOver(leak, await follow(leak, exit));
  });

  it('if its note is gone, and a new client secret is stored', async () => {
    const leak = await startLeak();
    const { url, rules } = await startFilter(leak.world.consoleApi.url);
    // As a tool does that takes off what it does not know.
    const first = (): Promise<void> => setRotationTag(leak, 'none');
    rules.push({ when: (action) => action.startsWith('DELETE'), status: 503, first });
    const exit = await leak.answer({ consoleEndpointUrl: url });
    expect(exit.code).toBe(1);
    expectOver(leak, await follow(leak, exit));
  });

  it('if a colleague completes the answer before a person agrees', async () => {
    const leak = await startLeak();
    await refuseDeletion(leak);
    const exit = await leak.answer(
      {},
      meanwhile(async () => {
        expect(await leak.answer()).toMatchObject({ code: 0 });
      }),
    );
    expectOver(leak, exit);
    const stored = (await leak.clientDocument()).client_secrets.map((one) => one.client_secret);
    expect(leak.adobe.liveSecrets.map(({ value }) => value)).toEqual(stored);
  });

  it('if it is run again after it has succeeded', async () => {
    const leak = await startLeak();
    const exit = await refuseDeletion(leak);
    await expectAnswered(leak, await follow(leak, exit));
    expectOver(leak, await follow(leak, exit));
  });
});

describe('the command names what has leaked although that has no label any more', () => {
  const list = callOf('ListSecretVersionIds', 'client');

  it('because a colleague has stored the new client secret once more', async () => {
    const leak = await startLeak();
    const SecretId = leak.world.secretId('fusion', 'client');
    const { AWSCURRENT: before } = await labelsOf(leak.client, SecretId);
    await refuseDeletion(leak);
    await leak.put(`${JSON.stringify(await leak.clientDocument())} `);
    const { secretsManager } = leak.world;
    secretsManager.faults.inject({ kind: 'denied' }, { when: list });
    const exit = await leak.answer();
    secretsManager.faults.clear();
    expect(goingOn.exec(textOf(exit))?.[1]).toBe(before);
    // A colleague has done what is left meanwhile.
    leak.adobe.removeSecret(leak.leakedSecret);
    await setRotationTag(leak, 'none');
    expect(textOf(await follow(leak, exit))).toMatch(/ is not what leaked/);
    expect(leak.adobe.liveSecrets).toHaveLength(1);
  });

  it('because somebody has stored another one in between', async () => {
    const leak = await startLeak();
    const SecretId = leak.world.secretId('fusion', 'client');
    const { AWSCURRENT: before } = await labelsOf(leak.client, SecretId);
    await refuseDeletion(leak);
    await leak.put('{}');
    await goBack(leak);
    expect((await leak.cli('status', 'fusion')).stdout).toContain(`--version-id ${before}`);
    const { secretsManager } = leak.world;
    secretsManager.faults.inject({ kind: 'denied' }, { when: list });
    const exit = await leak.answer();
    secretsManager.faults.clear();
    expect(goingOn.exec(textOf(exit))?.[1]).toBe(before);
    await expectAnswered(leak, await leak.answer());
    expectOver(leak, await follow(leak, exit));
  });

  describe('by a note of an earlier release, which does not name it,', () => {
    async function startUnnamed() {
      const leak = await startLeak();
      const SecretId = leak.world.secretId('fusion', 'client');
      const { AWSCURRENT: before } = await labelsOf(leak.client, SecretId);
      await refuseDeletion(leak);
      const { uuid } = leak.adobe.liveSecrets[0] ?? {};
      await setRotationTag(leak, `retired uuid=${uuid} at=${inSeconds(0)}`);
      await leak.put('{}');
      await goBack(leak);
      return { leak, before };
    }

    it('once the versions are read', async () => {
      const { leak, before } = await startUnnamed();
      expect(goingOn.exec(textOf(await refuseDeletion(leak)))?.[1]).toBe(before);
    });

    it('or people have to fill it in', async () => {
      const { leak } = await startUnnamed();
      leak.world.secretsManager.faults.inject({ kind: 'denied' }, { when: list });
      const exit = await leak.answer();
      expect(textOf(exit)).toContain('leaked fusion --version-id VERSION_THAT_LEAKED --now');
    });

    it('and nothing is deleted if a colleague completes the answer before a person agrees', async () => {
      const { leak } = await startUnnamed();
      const exit = await leak.answer(
        {},
        meanwhile(async () => {
          expect(await leak.answer()).toMatchObject({ code: 0 });
        }),
      );
      expect(textOf(exit)).toContain('the answer to the leak is not open any more');
      expect(leak.adobe.secrets).toHaveLength(2);
    });
  });

  it('because it is stored again as another version', async () => {
    const leak = await startLeak();
    const first = await refuseAddition(leak);
    await leak.put(`${JSON.stringify(await leak.clientDocument())} `);
    const { faults } = leak.world.consoleApi;
    const down = { kind: 'server-error', status: 503 } as const;
    faults.inject(down, { when: ({ method }) => method === 'DELETE' });
    const second = await follow(leak, first);
    faults.clear();
    expect(goingOn.exec(textOf(second))?.[1]).not.toBe(goingOn.exec(textOf(first))?.[1]);
    await expectAnswered(leak, await follow(leak, second));
  });
});

it('leaked goes on with the command that it prints if its last note could not be written', async () => {
  const leak = await startLeak();
  const isNone = ({ action, body }: { action: string; body: object }): boolean =>
    action === 'TagResource' && JSON.stringify(body).includes('"none"');
  leak.world.secretsManager.faults.inject({ kind: 'denied' }, { when: isNone });
  const exit = await leak.answer();
  expect(textOf(exit)).toContain('(what has leaked is useless) → ');
  leak.world.secretsManager.faults.clear();
  await expectAnswered(leak, await follow(leak, exit));
  expect(leak.adobe.secrets).toHaveLength(2);
  expect((await leak.cli('status', 'fusion')).code).toBe(0);
});

it('leaked goes on once people have deleted the leaked client secret, because it could not', async () => {
  const leak = await startLeak();
  const { adobe, leakedSecret, world } = leak;
  world.aws.faults.inject(
    { kind: 'denied' },
    { when: ({ action }) => action === 'InvokeFunction' },
  );
  const exit = await leak.answer();
  expect(textOf(exit)).toMatch(goingOn);
  expect(textOf(exit)).toContain(`--now; ${byHand}`);
  world.aws.faults.clear();
  adobe.removeSecret(leakedSecret);
  await expectAnswered(leak, await follow(leak, exit));
});

it('leaked has nobody delete the leaked client secret while it is the only one left at Adobe', async () => {
  const leak = await startLeak();
  const { adobe, leakedSecret, world } = leak;
  const isSecond = ({ method }: { readonly method: string }): boolean => {
    const others = adobe.liveSecrets.filter(({ value }) => value !== leakedSecret);
    if (method === 'GET' && world.ims.mintCount >= 3) {
      for (const { value } of others) adobe.removeSecret(value);
    }
    return false;
  };
  world.consoleApi.faults.inject({ kind: 'server-error', status: 503 }, { when: isSecond });
  const text = textOf(await leak.answer());
  expect(adobe.liveSecrets.map(({ value }) => value)).toEqual([leakedSecret]);
  expect(text).toContain('somebody else has deleted the new client secret at Adobe');
  expect(text).toMatch(
    /→ find out who; then go on: ims-token-rotator leaked fusion --version-id \S+ --now$/,
  );
});

it('leaked says what is left after people have answered the leak of a client secret that it could not store', async () => {
  const leak = await startLeak();
  const { adobe, world, leakedSecret, client } = leak;
  const SecretId = world.secretId('fusion', 'client');
  const { VersionId: before } = await client.send(new GetSecretValueCommand({ SecretId }));
  const when = callOf('PutSecretValue', 'client');
  world.secretsManager.faults.inject({ kind: 'denied' }, { when });
  const exit = await leak.answer();
  world.secretsManager.faults.clear();
  const [, added] = adobe.liveSecrets;
  expect(textOf(exit)).toContain(
    `(the new client secret ${added?.uuid} is at Adobe, but not stored) → `,
  );
  expect(textOf(exit)).toContain(`--now; ${byHand}`);
  // As the documents say.
  adobe.removeSecret(added?.value ?? '');
  const value = await storePersons(leak);
  const left = await follow(leak, exit);
  expect(textOf(left)).toContain(`→ delete the one in version ${before} of ${SecretId} `);
  expect(textOf(left)).toMatch(
    /, and no other; then: aws secretsmanager tag-resource \S.*=none; then: if the stored client secret has not leaked: ims-token-rotator leaked fusion --token --now, or, /,
  );
  adobe.removeSecret(leakedSecret);
  await setRotationTag(leak, 'none');
  await expectAnswered(leak, await leak.answer({ token: true }));
  // The note is gone, so that it goes by the version that the command names.
  const again = await follow(leak, exit);
  expect(textOf(again)).toContain(
    `what is stored in ${SecretId} is not what leaked, in version ${before} `,
  );
  expect(textOf(again)).not.toContain('tag-resource');
  expect(adobe.liveSecrets.map((one) => one.value)).toEqual([value]);
});

it('leaked names the version of what leaked also if another run cannot read it', async () => {
  const leak = await startLeak();
  const SecretId = leak.world.secretId('fusion', 'client');
  const { AWSCURRENT: before } = await labelsOf(leak.client, SecretId);
  await refuseDeletion(leak);
  const when = callOf('ListSecretVersionIds', 'client');
  leak.world.secretsManager.faults.inject({ kind: 'denied' }, { when });
  const text = textOf(await leak.answer());
  expect(text).toContain(
    `; then go on: ims-token-rotator leaked fusion --version-id ${before} --now; ${byHand}`,
  );
});

it('leaked goes on after a second run that could not replace the leaked client secret either', async () => {
  const leak = await startLeak();
  const { secretsManager, consoleApi } = leak.world;
  secretsManager.faults.inject(
    { kind: 'denied' },
    { when: callOf('UpdateSecretVersionStage', 'client') },
  );
  const first = await leak.answer();
  expect(first).toMatchObject({ code: 1 });
  secretsManager.faults.clear();
  const when = ({ method }: { readonly method: string }): boolean => method === 'POST';
  consoleApi.faults.inject({ kind: 'server-error', status: 403 }, { when });
  const second = await follow(leak, first);
  expect(leak.adobe.liveSecrets.map(({ value }) => value)).toEqual([leak.leakedSecret]);
  consoleApi.faults.clear();
  await expectAnswered(leak, await follow(leak, second));
});

describe('leaked refuses a version', () => {
  it('that is another one than an open answer is about, which has to be completed first', async () => {
    const leak = await startLeak();
    const SecretId = leak.world.secretId('fusion', 'client');
    const { AWSCURRENT: other } = await labelsOf(leak.client, SecretId);
    await storePersons(leak);
    leak.adobe.removeSecret(leak.leakedSecret);
    await refuseDeletion(leak);
    const { AWSCURRENT: own, AWSPREVIOUS: before } = await labelsOf(leak.client, SecretId);
    const live = leak.adobe.liveSecrets.map(({ value }) => value);
    for (const versionId of [own, other]) {
      const text = textOf(await leak.answer({ versionId }));
      expect(text).toContain(
        `→ complete it first: ims-token-rotator leaked fusion --version-id ${before} --now; then, if version ${versionId} has leaked, too: ims-token-rotator leaked fusion --version-id ${versionId} --now`,
      );
    }
    expect(leak.adobe.liveSecrets.map(({ value }) => value)).toEqual(live);
  });

  it('that does not exist, although an answer is open, which stays so', async () => {
    const leak = await startLeak();
    await refuseDeletion(leak);
    // As somebody pastes it.
    const exit = await leak.answer({ versionId: leak.leakedSecret });
    expect(exit.stdout + exit.stderr).not.toContain(leak.leakedSecret);
    expect(textOf(exit)).toMatch(
      /^ERR_CREDENTIAL_CHANGED \S+ has no version \S+, and another one is/,
    );
    expect(textOf(exit)).not.toContain('tag-resource');
    await expectAnswered(leak, await leak.answer());
  });

  it('that is not stored, and says before it asks that what is stored stays', async () => {
    const leak = await startLeak();
    const versionId = '0'.repeat(32);
    const exit = await leak.answer({ versionId, yes: true });
    expect(exit.stdout.replaceAll(/\s+/g, ' ')).toContain(
      `what version ${versionId} held counts as leaked, and another value that is stored by now stays`,
    );
    expect(textOf(exit)).toMatch(
      /^ERR_CREDENTIAL_CHANGED \S+ has no version 0+, and another one is/,
    );
    expect(leak.adobe.secrets).toHaveLength(1);
  });

  it.each([[''], ['VERSION_ID'], ['0'.repeat(65)]])(
    'that no version has as its id: %j',
    async (id) => {
      const { cli } = await startLeak();
      const exit = await cli('leaked', 'fusion', '--yes', '--version-id', id);
      expect(exit.code).toBe(2);
      expect(exit.stderr).toContain('It must be the id of a version: 32 to 64 characters.');
    },
  );

  it('for the leak of a token', async () => {
    const { cli } = await startLeak();
    const exit = await cli('leaked', 'fusion', '--token', '--version-id', '0'.repeat(32));
    expect(exit.code).toBe(2);
    expect(exit.stderr).toContain('cannot be used with');
  });
});
