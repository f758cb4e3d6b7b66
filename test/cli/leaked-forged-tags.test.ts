import { PutSecretValueCommand, TagResourceCommand } from '@aws-sdk/client-secrets-manager';
import { beforeEach, describe, expect, it } from 'vitest';
import { newLeakVersion } from '../../cli/rotator/leak-version.ts';
import { tagKeys } from '../../core/contract.ts';
import { epochSeconds } from '../../core/instant.ts';
import { storedDocument } from '../../local/sample-credential.ts';
import { digest } from '../support/builders.ts';
import { labelsOf } from '../support/start-rotating.ts';
import { expectAnswered, type LeakWorld, refuseDeletion, startLeak } from './leak-world.ts';
import { inSeconds } from './operator.ts';

let leak: LeakWorld;
// Seconds by which the clock of AWS and Adobe is ahead.
let ahead = 0;

beforeEach(async () => {
  ahead = 0;
  leak = await startLeak({ now: () => Date.now() + ahead * 1000 });
});

/** What somebody can do who may only tag the client secret. */
async function forge(Value: string): Promise<void> {
  const SecretId = leak.world.secretId('fusion', 'client');
  const Tags = [{ Key: tagKeys.rotation, Value }];
  await leak.client.send(new TagResourceCommand({ SecretId, Tags }));
}

function liveUuids(): readonly string[] {
  return leak.adobe.liveSecrets.map(({ uuid }) => uuid);
}

describe('leaked, after somebody has forged the rotation tag', () => {
  it('deletes neither the secret in use nor one that was added after the answer', async () => {
    await expectAnswered(leak, await leak.answer());
    const [inUse = ''] = liveUuids();
    await forge(`retired uuid=${inUse} at=${inSeconds(0)}`);
    const { stdout } = await leak.cli('doctor', 'fusion');
    expect(stdout).toContain('the answer to a leak is not complete');
    const exit = await leak.answer();
    expect(liveUuids()).toEqual([inUse]);
    await expectAnswered(leak, exit);

    ahead = 600;
    const stranger = leak.adobe.addSecret('p8e-stranger-0123456789abcdef');
    ahead = 0;
    await forge(`retired uuid=${stranger.uuid} at=${inSeconds(0)}`);
    expect(await leak.answer()).toMatchObject({ code: 0 });
    expect(liveUuids()).toEqual([inUse, stranger.uuid]);
  });

  it('replaces what has leaked since an answer that the tag claims to be incomplete', async () => {
    const [leaked = ''] = liveUuids();
    ahead = -25 * 3_600;
    const answered = new PutSecretValueCommand({
      SecretId: leak.world.secretId('fusion', 'client'),
      SecretString: storedDocument(leak.adobe),
      ClientRequestToken: newLeakVersion(digest, 'replaced'),
    });
    await leak.client.send(answered);
    ahead = 0;
    await forge(`retired uuid=${leaked} at=${inSeconds(0)}`);
    const { code, stderr } = await leak.answer();
    expect(code).toBe(1);
    expect(liveUuids()).toEqual([leaked]);
    expect(stderr.replaceAll(/\s+/g, ' ')).toMatch(
      / if the stored one has not leaked: aws \S.*=none; if it has: aws \S.*=none; then: ims-token-rotator leaked fusion --version-id \S+ --now, which deletes it/,
    );
    await forge('none');
    await expectAnswered(leak, await leak.answer());
    expect(liveUuids()).not.toContain(leaked);
  });

  it('does not take a tag that names another secret at Adobe for an answer of days ago', async () => {
    const now = () => epochSeconds(Date.now() / 1000 + ahead);
    await expectAnswered(leak, await leak.answer({}, { now }));
    const [own = ''] = liveUuids();
    expect((await leak.cli('pause', 'fusion')).code).toBe(0);
    ahead = 47 * 3_600;
    const other = leak.adobe.addSecret('p8e-other-0123456789abcdef');
    ahead = 48 * 3_600;
    const SecretId = leak.world.secretId('fusion', 'client');
    const { AWSCURRENT } = await labelsOf(leak.client, SecretId);
    await forge(`retired uuid=${other.uuid} at=${inSeconds(0)} version=${AWSCURRENT}`);
    const { code, stderr } = await leak.answer({}, { now });
    expect(code).toBe(1);
    expect(stderr).toMatch(/^ERR_CREDENTIAL_CHANGED /);
    expect(liveUuids()).toEqual([own, other.uuid]);
  });

  it.each([
    ['that nobody stored', false],
    ['in use, whose uuid only an earlier version notes,', true],
  ])('does not delete a secret %s to make room', async (_, isOwn) => {
    const { adobe, put, clientDocument, leakedSecret } = leak;
    const [own = ''] = liveUuids();
    const stranger = adobe.addSecret('p8e-stranger-0123456789abcdef');
    await put(JSON.stringify({ ...(await clientDocument()), client_secrets: [leakedSecret] }));
    await forge(`retired uuid=${isOwn ? own : stranger.uuid} at=${inSeconds(60)}`);
    const { code, stderr } = await leak.answer();
    expect(code).toBe(1);
    expect(stderr).toContain('ERR_CLIENT_SECRET_LIMIT');
    expect(liveUuids()).toEqual([own, stranger.uuid]);
  });

  it('does not delete an old secret that an earlier run is claimed to have added', async () => {
    ahead = -40 * 86_400;
    const stranger = leak.adobe.addSecret('p8e-stranger-0123456789abcdef');
    ahead = 0;
    stranger.recordUse(Date.now() - 60_000);
    const before = liveUuids();
    await forge(`adding since=${inSeconds(0)} version=aaaaaaaa uuid=${stranger.uuid}`);
    const { code, stderr } = await leak.answer();
    expect(code).toBe(1);
    expect(stderr).toContain('ERR_CLIENT_SECRET_LIMIT');
    expect(liveUuids()).toEqual(before);
  });

  it.each([true, false])(
    'does not name the secret in use to be deleted, stored without its uuid: %s',
    async (isBare) => {
      await refuseDeletion(leak);
      const SecretId = leak.world.secretId('fusion', 'client');
      const { AWSCURRENT: noted } = await labelsOf(leak.client, SecretId);
      leak.adobe.removeSecret(leak.leakedSecret);
      const { value, uuid } = leak.adobe.addSecret('p8e-of-a-colleague-0123456789');
      const client_secrets = [isBare ? value : { client_secret: value, uuid }];
      await leak.put(JSON.stringify({ ...(await leak.clientDocument()), client_secrets }));
      await forge(`retired uuid=${uuid} at=${inSeconds(0)} version=${noted}`);
      const { code, stderr } = await leak.answer();
      expect(code).toBe(1);
      expect(stderr.replaceAll(/\s+/g, ' ')).toMatch(
        /→ delete the one in version \S+ of \S+ in the/,
      );
      expect(stderr).not.toContain(uuid);
    },
  );

  it.each([true, false])(
    'does not name a secret to be deleted that no version names: --token %s',
    async (token) => {
      const { uuid } = leak.adobe.addSecret('p8e-stranger-0123456789abcdef');
      const version = newLeakVersion(digest, 'replaced');
      await forge(`retired uuid=${uuid} at=${inSeconds(0)} version=${version}`);
      const { code, stdout, stderr } = await leak.answer({ token });
      expect(code).toBe(token ? 0 : 1);
      const said = (stdout + stderr).replaceAll(/\s+/g, ' ');
      expect(said).toContain(
        'delete the one that had leaked in the Adobe Developer Console, if it is still there',
      );
      expect(said).not.toContain(uuid);
    },
  );

  it('does not delete what a person may use, of which Adobe tells late', async () => {
    const persons = leak.adobe.addSecret('p8e-of-a-colleague-0123456789');
    await forge(`adding since=${inSeconds(-600)} version=11111111-2222-4333-8444-555555555555`);
    persons.recordUse(Date.now());
    leak.world.consoleApi.faults.inject({ kind: 'late-usages', seconds: 600 }, { times: 9 });
    const { code, stderr } = await leak.answer();
    expect(code).toBe(1);
    expect(stderr).toContain('ERR_CLIENT_SECRET_LIMIT');
    expect(liveUuids()).toContain(persons.uuid);
  });
});
