import { randomUUID } from 'node:crypto';
import {
  PutSecretValueCommand,
  ReplicateSecretToRegionsCommand,
  TagResourceCommand,
} from '@aws-sdk/client-secrets-manager';
import { describe, expect, it } from 'vitest';
import { newLeakVersion } from '../../cli/rotator/leak-version.ts';
import type { Session } from '../../cli/session.ts';
import { tagKeys } from '../../core/contract.ts';
import { storedDocument } from '../../local/sample-credential.ts';
import { digest } from '../support/builders.ts';
import { replacing } from '../support/credential.ts';
import { labelsOf } from '../support/start-rotating.ts';
import { expectComplete } from './complete-commands.ts';
import { expectAnswered, type LeakWorld, startLeak } from './leak-world.ts';
import { fileWith, inSeconds } from './operator.ts';

type Secrets = Session['secrets'];

const secretIdOf = ({ world }: LeakWorld) => world.secretId('fusion', 'client');

async function note(leak: LeakWorld, Value: string): Promise<void> {
  const Tags = [{ Key: tagKeys.rotation, Value }];
  await leak.client.send(new TagResourceCommand({ SecretId: secretIdOf(leak), Tags }));
}

const valuesOf = ({ adobe }: LeakWorld) => adobe.liveSecrets.map(({ value }) => value);

describe('leaked, while somebody else works on the client secret', () => {
  it('deletes nothing that looks left over, if another answer stores it meanwhile', async () => {
    let ahead = -25 * 3_600;
    const leak = await startLeak({ now: () => Date.now() + ahead * 1000 });
    const { adobe, client } = leak;
    const { value, uuid } = adobe.addSecret('p8e-of-the-other-0123456789abcdef');
    leak.secrets.add(value);
    const { AWSCURRENT = '' } = await labelsOf(client, secretIdOf(leak));
    const ClientRequestToken = newLeakVersion(digest, AWSCURRENT);
    await note(leak, `adding since=${inSeconds(ahead)} version=${ClientRequestToken}`);
    ahead = 0;
    await leak.invoke({ action: 'tick' });
    let count = 0;
    const secrets = (real: Secrets): Secrets => {
      // It is described before the versions are read, then once Adobe has listed, then before the deletion.
      const describe: Secrets['describe'] = async (...args) => {
        count += 1;
        if (count === 5) {
          const document = {
            ...(await leak.clientDocument()),
            client_secrets: [{ client_secret: value, uuid }],
          };
          const SecretString = JSON.stringify(document);
          const put = { SecretId: secretIdOf(leak), SecretString, ClientRequestToken };
          await client.send(new PutSecretValueCommand(put));
        }
        return await real.describe(...args);
      };
      return replacing(real, { describe });
    };
    const { code, stderr } = await leak.answer({}, { secrets });
    expect(code, stderr).toBe(1);
    expect(stderr).toMatch(/^ERR_CREDENTIAL_CHANGED could not make room at Adobe/);
    expect(valuesOf(leak)).toEqual([leak.leakedSecret, value]);
    await leak.remember();
    await expectAnswered(leak, await leak.answer());
  });

  it('does not store what somebody has taken for left over and deleted', async () => {
    const leak = await startLeak();
    const { client, world, adobe } = leak;
    const secrets = (real: Secrets): Secrets => {
      // After AWSPENDING is stored, and before it is made current.
      const setTag: Secrets['setTag'] = async (...args) => {
        await real.setTag(...args);
        world.secretsManager.onCall(({ action, secretId = '' }) => {
          const [, added] = adobe.liveSecrets;
          if (action !== 'PutSecretValue' || !secretId.includes('/client')) return;
          leak.secrets.add(added?.value ?? '');
          if (added !== undefined) adobe.removeSecret(added.value);
        });
      };
      return replacing(real, { setTag });
    };
    const before = await labelsOf(client, secretIdOf(leak));
    const { code, stderr } = await leak.answer({}, { secrets });
    expect(code, stderr).toBe(1);
    expect(stderr).toContain('ERR_CREDENTIAL_CHANGED');
    expect(stderr.replaceAll(/\s+/g, ' ')).toMatch(
      /somebody else has deleted the new client secret/,
    );
    const labels = await labelsOf(client, secretIdOf(leak));
    expect(labels).toEqual({ ...before, AWSPENDING: undefined });
    expect(valuesOf(leak)).toEqual([leak.leakedSecret]);
  });

  it('keeps the secret that it has added where a person has stored just that', async () => {
    const leak = await startLeak();
    const { adobe } = leak;
    let isStored = false;
    const secrets = (real: Secrets): Secrets => {
      const describeAfterWrite: Secrets['describeAfterWrite'] = async (arn) => {
        if (!isStored && adobe.liveSecrets.length === 2) {
          isStored = true;
          const document = JSON.parse(storedDocument(adobe));
          const client_secrets = document.client_secrets.slice(1);
          const file = await fileWith(JSON.stringify({ ...document, client_secrets }));
          await leak.cli('put-credential', 'fusion', file, '--wait', '0');
        }
        return await real.describeAfterWrite(arn);
      };
      return replacing(real, { describeAfterWrite });
    };
    const { code, stderr } = await leak.answer({}, { secrets });
    expect(code, stderr).toBe(1);
    expect(stderr).toContain('ERR_CREDENTIAL_CHANGED');
    expect(stderr.replaceAll(/\s+/g, ' ')).toContain('and somebody else has stored it');
    const [, added] = valuesOf(leak);
    expect(added).toBeDefined();
    expect(JSON.stringify(await leak.clientDocument())).toContain(added);
    leak.secrets.add(added ?? '');
  });

  it.each([false, true])(
    'does not invalidate the token that a renewal stores meanwhile: --token %s',
    async (token) => {
      // Each description of the token secret that shows a new token, one after the other.
      for (let nth = 1; ; nth += 1) {
        const leak = await startLeak();
        const original = (await leak.read('fusion'))?.versionId;
        let count = 0;
        const secrets = (real: Secrets): Secrets => {
          const describe: Secrets['describe'] = async (...args) => {
            const found = await real.describe(...args);
            const replaces = found?.currentVersionId;
            if (!args[0].includes('/token') || replaces === original) return found;
            count += 1;
            const renewal = { action: 'renew', credential: 'fusion', force: true, replaces };
            if (count === nth) await leak.invoke(renewal);
            return found;
          };
          return replacing(real, { describe });
        };
        const exit = await leak.answer({ token }, { secrets });
        const stored = String((await leak.read('fusion'))?.token['access_token']);
        expect([nth, exit.code, leak.world.ims.isValid(stored)]).toEqual([nth, 0, true]);
        if (count < nth) break;
        expect(nth).toBeLessThan(20);
      }
    },
  );
});

it('leaked goes on after it has ended a rotation, and could not delete its client secret', async () => {
  const leak = await startLeak();
  const { world, client, adobe } = leak;
  const ClientRequestToken = randomUUID();
  const { value, uuid } = adobe.addSecret('p8e-of-the-rotation-0123456789');
  leak.secrets.add(value);
  await note(leak, `adding since=${inSeconds(0)} version=${ClientRequestToken}`);
  const document = await leak.clientDocument();
  const client_secrets = [{ client_secret: value, uuid }, ...document.client_secrets];
  const SecretString = JSON.stringify({ ...document, client_secrets });
  const put = { SecretId: secretIdOf(leak), ClientRequestToken, SecretString };
  await client.send(new PutSecretValueCommand({ ...put, VersionStages: ['AWSPENDING'] }));
  const down = { kind: 'server-error', status: 503 } as const;
  world.consoleApi.faults.inject(down, { when: ({ method }) => method === 'DELETE' });
  const { code, stderr } = await leak.answer();
  expect(code).toBe(1);
  expect(stderr.replaceAll(/\s+/g, ' ')).toContain(
    `AWSPENDING is off the version ${ClientRequestToken}`,
  );
  world.consoleApi.faults.clear();
  await expectAnswered(leak, await leak.answer());
});

it('leaked keeps a client secret that a version which somebody stored as AWSPENDING only names', async () => {
  const leak = await startLeak();
  const other = leak.adobe.addSecret('p8e-of-another-team-0123456789');
  leak.secrets.add(other.value);
  const entry = { client_secret: 'p8e-garbage-0123456789abcdef', uuid: other.uuid };
  const SecretString = JSON.stringify({
    ...(await leak.clientDocument()),
    client_secrets: [entry],
  });
  const put = { SecretId: secretIdOf(leak), SecretString, VersionStages: ['AWSPENDING'] };
  await leak.client.send(new PutSecretValueCommand(put));
  const { code, stderr } = await leak.answer();
  expect(code).toBe(1);
  expect(stderr).toContain('ERR_CLIENT_SECRET_LIMIT');
  expect(valuesOf(leak)).toEqual([leak.leakedSecret, other.value]);
});

it('leaked warns that others read what replaces the leaked secret', async () => {
  const leak = await startLeak();
  const AddReplicaRegions = [{ Region: 'eu-west-1' }];
  const replicate = { SecretId: secretIdOf(leak), AddReplicaRegions };
  await leak.client.send(new ReplicateSecretToRegionsCommand(replicate));
  const { stderr } = await leak.answer();
  expect(stderr.replaceAll(/\s+/g, ' ')).toContain(
    `warning: ${secretIdOf(leak)} has replicas in other Regions, so that others may read`,
  );
});

it('status and rotate-client-secret send people to an answer that was broken off before it was current', async () => {
  const leak = await startLeak();
  const { AWSCURRENT = '' } = await labelsOf(leak.client, secretIdOf(leak));
  await note(leak, `adding since=${inSeconds(0)} version=${newLeakVersion(digest, AWSCURRENT)}`);
  const { code, stdout } = await leak.cli('status', 'fusion');
  expect(code).toBe(1);
  expect(stdout).toContain('ERR_LEAK_UNPROVEN');
  expect((await leak.cli('doctor', 'fusion')).stdout).toContain(
    'the answer to a leak is not complete',
  );
  await expectAnswered(leak, await leak.answer());
  expect((await leak.cli('status', 'fusion')).code).toBe(0);
});

it('leaked tells of AWSPENDING where it cannot take it off again, and completes all the same', async () => {
  const leak = await startLeak();
  leak.world.secretsManager.faults.inject(
    { kind: 'denied' },
    {
      when: ({ action, body }) =>
        action === 'UpdateSecretVersionStage' && body['VersionStage'] === 'AWSPENDING',
    },
  );
  const exit = await leak.answer({}, { options: { region: 'us-east-1' } });
  const { AWSCURRENT } = await labelsOf(leak.client, secretIdOf(leak));
  const told = exit.stderr.replaceAll(/\s+/g, ' ');
  expectComplete(told, '--region us-east-1');
  expect(told).toContain(
    `AWSPENDING stays on version ${AWSCURRENT} of ${secretIdOf(leak)}, so that a rotation may be refused`,
  );
  await expectAnswered(leak, exit);
});
