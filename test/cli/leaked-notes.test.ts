// The note of an answer that was broken off is taken off, written anew or another's, while `leaked` runs or before.
import {
  CreateSecretCommand,
  DeleteSecretCommand,
  PutSecretValueCommand,
} from '@aws-sdk/client-secrets-manager';
import { describe, expect, it } from 'vitest';
import { newLeakVersion } from '../../cli/rotator/leak-version.ts';
import type { Session } from '../../cli/session.ts';
import { leakMark } from '../../core/open-answer.ts';
import { digest } from '../support/builders.ts';
import { replacing } from '../support/credential.ts';
import { labelsOf } from '../support/start-rotating.ts';
import {
  goBack,
  type LeakWorld,
  refuseAddition,
  refuseDeletion,
  rotationTag,
  setRotationTag,
  startLeak,
  storePersons,
  textOf,
} from './leak-world.ts';
import { inSeconds } from './operator.ts';

type Secrets = Session['secrets'];

/** Does something once, after the client secret was described for the first time. */
function afterFirstLook(work: () => Promise<void>) {
  let isDone = false;
  const secrets = (real: Secrets): Secrets => {
    const describe: Secrets['describe'] = async (secretId) => {
      const described = await real.describe(secretId);
      if (isDone || !secretId.includes('/client')) return described;
      isDone = true;
      await work();
      return described;
    };
    return replacing(real, { describe });
  };
  return { secrets };
}

const currentOf = async ({ client, world }: LeakWorld): Promise<string> =>
  (await labelsOf(client, world.secretId('fusion', 'client')))['AWSCURRENT'] ?? '';

/** The note of an answer that is to replace that version. */
const noteOf = (versionId: string): string =>
  `adding since=${inSeconds(0)} version=${newLeakVersion(digest, versionId)} leaked=${versionId}`;

const valuesOf = ({ adobe }: LeakWorld) => adobe.liveSecrets.map(({ value }) => value);

/** Stores a value under an id of somebody's choice. */
async function putAs(
  { client, world }: LeakWorld,
  value: object,
  ClientRequestToken: string,
  VersionStages?: string[],
) {
  const SecretId = world.secretId('fusion', 'client');
  const SecretString = JSON.stringify(value);
  const version = { ClientRequestToken, ...(VersionStages && { VersionStages }) };
  await client.send(new PutSecretValueCommand({ SecretId, SecretString, ...version }));
}

it('leaked keeps what a person has stored if a colleague takes off a note that does not say what leaked', async () => {
  const leak = await startLeak();
  await refuseDeletion(leak);
  const [first, second] = leak.adobe.liveSecrets;
  const answered = await currentOf(leak);
  const persons = await (async () => {
    leak.adobe.removeSecret(leak.leakedSecret);
    return await storePersons(leak);
  })();
  leak.adobe.removeSecret(second?.value ?? '');
  // As earlier releases wrote it.
  await setRotationTag(leak, `retired uuid=${first?.uuid} at=${inSeconds(0)} version=${answered}`);
  const effects = afterFirstLook(() => setRotationTag(leak, 'none'));
  const exit = await leak.answer({}, effects);
  expect(exit.code).toBe(1);
  expect(textOf(exit)).toMatch(
    /^ERR_CREDENTIAL_CHANGED the answer to the leak is not open any more/m,
  );
  expect(valuesOf(leak)).toEqual([persons]);
});

it('leaked --token takes nothing for leaked but a token, whatever a colleague answers meanwhile', async () => {
  const leak = await startLeak();
  const good = await currentOf(leak);
  let persons = '';
  const effects = afterFirstLook(async () => {
    await storePersons(leak);
    persons = await currentOf(leak);
    await setRotationTag(leak, noteOf(persons));
  });
  const { stdout, stderr } = await leak.answer({ token: true }, effects);
  const text = (stdout + stderr).replaceAll(/\s+/g, ' ');
  expect(text).toContain(
    `The answer to the leak of the client secret is not complete: ims-token-rotator leaked fusion --version-id ${persons} --now`,
  );
  expect(text).not.toContain(`the one in version ${good}`);
  expect(text).not.toContain('tag-resource');
});

it('leaked says how to answer the leak of all that is stored beside the note of another answer', async () => {
  const leak = await startLeak();
  const leakedId = await currentOf(leak);
  await setRotationTag(leak, noteOf(leakedId));
  const other = leak.adobe.addSecret('p8e-stored-beside-it-0123456789');
  leak.secrets.add(other.value);
  const document = await leak.clientDocument();
  const client_secrets = [...document.client_secrets, { client_secret: other.value }];
  await leak.put(JSON.stringify({ ...document, client_secrets }));
  const stored = await currentOf(leak);
  const text = textOf(await leak.answer({ versionId: leakedId }));
  const [, untagging, versionId] =
    /only if all that is stored has leaked: (aws secretsmanager tag-resource .*Value=none\S*); then: ims-token-rotator leaked fusion --version-id (\S+) --now$/.exec(
      text,
    ) ?? [];
  expect(untagging, text).toBeDefined();
  expect(versionId).toBe(stored);
  const early = await leak.answer({ versionId });
  expect(early.stdout.replaceAll(/\s+/g, ' ')).toContain(
    `; an earlier run has begun to answer the leak of version ${leakedId}, which comes first. This`,
  );
  await setRotationTag(leak, 'none');
  // It goes on to Adobe, which holds no more than two: people have to decide.
  expect(textOf(await leak.answer({ versionId }))).toMatch(/^ERR_CLIENT_SECRET_LIMIT /);
});

it('leaked does not call an answer complete whose note is that of another answer to the same leak', async () => {
  const leak = await startLeak();
  const leakedId = await currentOf(leak);
  await refuseDeletion(leak);
  await setRotationTag(leak, noteOf(leakedId));
  const text = textOf(await leak.answer({ versionId: leakedId }));
  expect(text).toMatch(/^ERR_CREDENTIAL_CHANGED an answer to a leak was begun at /);
  expect(text).toContain(`→ delete the one in version ${leakedId} of `);
  expect(text).toContain('then: aws secretsmanager tag-resource');
  expect(text).not.toContain('nothing is left to do');
  expect(valuesOf(leak)).toContain(leak.leakedSecret);
});

it('leaked replaces nothing that its own answer has stored, whatever is noted of that', async () => {
  const leak = await startLeak();
  const leakedId = await currentOf(leak);
  expect((await leak.answer({ versionId: leakedId })).code).toBe(0);
  const [stored, good] = [await currentOf(leak), valuesOf(leak)];
  await setRotationTag(leak, noteOf(stored));
  const text = textOf(await leak.answer({ versionId: leakedId }));
  expect(text).toMatch(/^ERR_CREDENTIAL_CHANGED what is stored in \S+ is not what leaked, /);
  expect(text).toContain(
    `an answer to the leak of the stored one is not complete: ims-token-rotator leaked fusion --version-id ${stored} --now`,
  );
  expect([await currentOf(leak), valuesOf(leak)]).toEqual([stored, good]);
});

it('leaked has the leaks of all versions answered by whose client secrets the stored value was put together', async () => {
  const leak = await startLeak();
  const leakedId = await currentOf(leak);
  const document = await leak.clientDocument();
  await storePersons(leak);
  const noted = await currentOf(leak);
  await setRotationTag(leak, noteOf(noted));
  const persons = await leak.clientDocument();
  const client_secrets = [...persons.client_secrets, ...document.client_secrets];
  await leak.put(JSON.stringify({ ...persons, client_secrets }));
  const text = textOf(await leak.answer({ versionId: leakedId }));
  const answering = (id: string) => `ims-token-rotator leaked fusion --version-id ${id} --now`;
  for (const id of [leakedId, noted]) expect(text).toContain(`then: ${answering(id)}; `);
  // The note may be about what is stored again, and the leak that the command names is answered, too.
  await leak.put(JSON.stringify({ ...persons, comment: 'stored again' }));
  const again = textOf(await leak.answer({ versionId: leakedId }));
  for (const id of [leakedId, noted]) expect(again).toContain(`then: ${answering(id)}; `);
});

it('leaked --token names what is stored at its end if a colleague stores a leaked client secret again', async () => {
  const leak = await startLeak();
  const leaked = JSON.stringify(await leak.clientDocument());
  await storePersons(leak);
  const { stdout } = await leak.answer(
    { token: true },
    afterFirstLook(() => leak.put(leaked)),
  );
  expect(stdout.replaceAll(/\s+/g, ' ')).toContain(
    `so that it was not replaced. If it has leaked: ims-token-rotator leaked fusion --version-id ${await currentOf(leak)} --now`,
  );
});

it.each([
  ['an answer', async (leak: LeakWorld) => void (await refuseDeletion(leak))],
  [
    'a rotation',
    async (leak: LeakWorld) =>
      await setRotationTag(leak, `retired uuid=0123456789abcdef at=${inSeconds(-60)}`),
  ],
])(
  'leaked leaves the note of %s as it was if Adobe refuses to add a client secret',
  async (_, note) => {
    const leak = await startLeak();
    await note(leak);
    if ((await currentOf(leak)).includes(leakMark)) {
      await goBack(leak);
      leak.adobe.removeSecret(leak.adobe.liveSecrets[1]?.value ?? '');
    }
    const noted = await rotationTag(leak);
    expect(noted).toMatch(/^retired /);
    expect(textOf(await refuseAddition(leak))).toMatch(/^ERR_CONSOLE_REJECTED /);
    expect(await rotationTag(leak)).toBe(noted);
  },
);

it('leaked leaves the note of its leak if Adobe refuses a client secret after it has made room for that', async () => {
  const leak = await startLeak();
  const versionId = await currentOf(leak);
  const noted = noteOf(versionId);
  await setRotationTag(leak, noted);
  const { value, uuid } = leak.adobe.addSecret('p8e-added-and-not-in-use-0123456789');
  leak.secrets.add(value);
  const document = await leak.clientDocument();
  const entry = { client_secret: value, uuid, created_at: inSeconds(0) };
  const pending = /version=(\S+)/.exec(noted)?.[1] ?? '';
  await putAs(leak, { ...document, client_secrets: [entry] }, pending, ['AWSPENDING']);
  expect(textOf(await refuseAddition(leak))).toContain(`(${uuid} was deleted at Adobe, `);
  // The version of the earlier note holds the client secret that is gone.
  expect(await rotationTag(leak)).toMatch(
    new RegExp(`^adding since=\\S+ version=(?!${pending})\\S+ leaked=${versionId}$`),
  );
  const again = await leak.answer({ versionId });
  expect(again.code, textOf(again)).toBe(0);
});

it('leaked names the version of its command also if another one has to be restored first', async () => {
  const leak = await startLeak();
  const leakedId = await currentOf(leak);
  await storePersons(leak);
  expect((await leak.cli('offboard', 'fusion', '--yes')).code).toBe(0);
  expect(textOf(await leak.answer({ versionId: leakedId }))).toContain(
    `; then: ims-token-rotator leaked fusion --version-id ${leakedId} --now`,
  );
});

it('leaked names the version that has leaked also if its secret has to be restored first', async () => {
  const leak = await startLeak();
  const leakedId = await currentOf(leak);
  const { code } = await leak.cli('offboard', 'fusion', '--yes');
  expect(code).toBe(0);
  expect(textOf(await leak.answer())).toContain(
    `; then: ims-token-rotator leaked fusion --version-id ${leakedId} --now`,
  );
});

it('leaked answers the leak of a value that is stored again, under whichever id', async () => {
  const leak = await startLeak();
  const leakedId = await currentOf(leak);
  const document = await leak.clientDocument();
  await putAs(leak, { ...document, comment: 'x' }, newLeakVersion(digest, leakedId));
  const exit = await leak.answer({ versionId: leakedId });
  expect(exit.code, textOf(exit)).toBe(0);
  expect(valuesOf(leak)).not.toContain(leak.leakedSecret);
});

describe('leaked, about a version that AWS has deleted,', () => {
  const gone = '00000000-0000-4000-8000-000000000000';

  it('says that its answer may be complete', async () => {
    const leak = await startLeak();
    await putAs(leak, await leak.clientDocument(), newLeakVersion(digest, gone));
    expect(textOf(await leak.answer({ versionId: gone }))).toMatch(
      /^ERR_CREDENTIAL_CHANGED the answer to the leak of version 0\S+ is not open any more: .* nothing is left to do here/,
    );
    expect(valuesOf(leak)).toEqual([leak.leakedSecret]);
  });

  it('says what is left if its answer was broken off, and another credential is stored', async () => {
    const leak = await startLeak();
    const persons = await storePersons(leak);
    await setRotationTag(leak, noteOf(gone));
    expect(textOf(await leak.answer({ versionId: gone }))).toMatch(
      /^ERR_CREDENTIAL_CHANGED an answer to a leak was begun at .* → delete the one that had leaked in the Adobe Developer Console/,
    );
    expect(valuesOf(leak)).toContain(persons);
  });
});

it('leaked takes nothing for leaked that is stored while it runs', async () => {
  const leak = await startLeak();
  const document = JSON.stringify(await leak.clientDocument());
  const SecretId = leak.world.secretId('fusion', 'client');
  await leak.client.send(new DeleteSecretCommand({ SecretId, ForceDeleteWithoutRecovery: true }));
  await leak.client.send(new CreateSecretCommand({ Name: SecretId }));
  const exit = await leak.answer(
    {},
    afterFirstLook(() => leak.put(document)),
  );
  expect(textOf(exit)).toMatch(
    /^ERR_CREDENTIAL_CHANGED a credential was stored .* since this command began .* → if its client secret has leaked: /,
  );
  expect(valuesOf(leak)).toEqual([leak.leakedSecret]);
});
