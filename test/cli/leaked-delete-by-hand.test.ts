// After somebody has stored another credential, `leaked` asks people to delete the leaked one at Adobe.
import { expect, it } from 'vitest';
import { newLeakVersion } from '../../cli/rotator/leak-version.ts';
import { digest } from '../support/builders.ts';
import { labelsOf } from '../support/start-rotating.ts';
import {
  follow,
  goingOn,
  refuseAddition,
  setRotationTag,
  startLeak,
  storePersons,
  textOf,
} from './leak-world.ts';
import { inSeconds } from './operator.ts';

it('leaked has people delete all that has leaked, but nothing that is in use', async () => {
  const leak = await startLeak();
  const { adobe, leakedSecret } = leak;
  const earlier = adobe.addSecret('p8e-stored-beside-it-0123456789');
  leak.secrets.add(earlier.value);
  const document = await leak.clientDocument();
  const client_secrets = [...document.client_secrets, { client_secret: earlier.value }];
  await leak.put(JSON.stringify({ ...document, client_secrets }));
  const SecretId = leak.world.secretId('fusion', 'client');
  const { AWSCURRENT: versionId } = await labelsOf(leak.client, SecretId);
  // As a rotation stores what it has retired.
  const retired = { client_secret: leakedSecret, retired_at: new Date().toISOString() };
  const next = { client_secret: 'p8e-of-a-rotation-0123456789' };
  leak.secrets.add(next.client_secret);
  await leak.put(JSON.stringify({ ...document, client_secrets: [next, retired] }));
  expect(textOf(await leak.answer({ versionId }))).toContain(
    `→ delete those in version ${versionId} of ${SecretId}, but none that is stored now without retired_at, in the Adobe`,
  );
});

it('leaked has nobody delete the stored client secret for the note of an answer to its own leak, which may be forged', async () => {
  const leak = await startLeak();
  const exit = await refuseAddition(leak);
  const persons = await storePersons(leak);
  leak.adobe.removeSecret(leak.leakedSecret);
  const SecretId = leak.world.secretId('fusion', 'client');
  const { AWSCURRENT: stored = '' } = await labelsOf(leak.client, SecretId);
  const version = newLeakVersion(digest, stored);
  await setRotationTag(leak, `adding since=${inSeconds(0)} version=${version}`);
  const text = textOf(await follow(leak, exit));
  expect(text).not.toContain(`the one in version ${stored}`);
  expect(text).not.toContain('tag-resource');
  expect(text).toMatch(
    new RegExp(
      `; an answer to the leak of the stored one is not complete: \\S+ leaked fusion --version-id ${stored} --now$`,
    ),
  );
  expect(leak.adobe.liveSecrets.map(({ value }) => value)).toEqual([persons]);
});

it('leaked has all of two versions deleted if the note is about another one than the command', async () => {
  const leak = await startLeak();
  const exit = await refuseAddition(leak);
  await storePersons(leak);
  const SecretId = leak.world.secretId('fusion', 'client');
  const { AWSCURRENT: second = '', AWSPREVIOUS: first } = await labelsOf(leak.client, SecretId);
  const version = newLeakVersion(digest, second);
  await setRotationTag(leak, `adding since=${inSeconds(0)} version=${version}`);
  const document = await leak.clientDocument();
  await leak.put(JSON.stringify({ ...document, client_secrets: ['p8e-third-0123456789'] }));
  leak.secrets.add('p8e-third-0123456789');
  const [, toDelete = ''] =
    /→ delete (.*) in the Adobe Developer Console/.exec(textOf(await follow(leak, exit))) ?? [];
  // In the order in which Secrets Manager lists them.
  const deleted = toDelete.split(' and ');
  expect(new Set(deleted)).toEqual(
    new Set([first, second].map((id) => `the one in version ${id} of ${SecretId}`)),
  );
});

it('leaked does not say of a version that it cannot decrypt that something else is stored', async () => {
  const leak = await startLeak();
  const exit = await refuseAddition(leak);
  const [, leaked = ''] = goingOn.exec(textOf(exit)) ?? [];
  await leak.put(`${JSON.stringify(await leak.clientDocument())} `);
  leak.world.secretsManager.faults.inject(
    { kind: 'error', type: 'DecryptionFailure', message: 'no access', status: 400 },
    {
      when: ({ action, body }) => action === 'GetSecretValue' && body['VersionId'] === leaked,
    },
  );
  expect(textOf(await follow(leak, exit))).toContain(
    `→ delete the one in version ${leaked} of ${leak.world.secretId('fusion', 'client')}, unless that is the stored one, in the Adobe`,
  );
});
