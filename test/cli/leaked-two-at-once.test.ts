// Two people answer the same leak, and each gets as far as the other lets him.
import {
  PutSecretValueCommand,
  UpdateSecretVersionStageCommand,
} from '@aws-sdk/client-secrets-manager';
import { expect, it } from 'vitest';
import { newLeakVersion } from '../../cli/rotator/leak-version.ts';
import type { Session } from '../../cli/session.ts';
import { digest } from '../support/builders.ts';
import { replacing } from '../support/credential.ts';
import type { Exit } from '../support/run-process.ts';
import { labelsOf } from '../support/start-rotating.ts';
import { type LeakWorld, rotationTag, setRotationTag, startLeak, textOf } from './leak-world.ts';
import { inSeconds } from './operator.ts';

type Secrets = Session['secrets'];

/** The wrapper of an answer that stops before the first note that it writes, until it is let on. */
function stoppedBeforeNote() {
  const reached = Promise.withResolvers<void>();
  const go = Promise.withResolvers<void>();
  const secrets = (real: Secrets): Secrets => {
    const setTag: Secrets['setTag'] = async (...args) => {
      reached.resolve();
      await go.promise;
      await real.setTag(...args);
    };
    return replacing(real, { setTag });
  };
  return { effects: { secrets }, reached: reached.promise, go: go.resolve };
}

/** Does something once, just before the new client secret becomes the current one. */
function beforeCurrent(work: () => Promise<void>) {
  let isDone = false;
  const secrets = (real: Secrets): Secrets => {
    const describeAfterWrite: Secrets['describeAfterWrite'] = async (secretId) => {
      const described = await real.describeAfterWrite(secretId);
      if (!isDone) {
        isDone = true;
        await work();
      }
      return described;
    };
    return replacing(real, { describeAfterWrite });
  };
  return { secrets };
}

const currentOf = async ({ client, world }: LeakWorld): Promise<string> =>
  (await labelsOf(client, world.secretId('fusion', 'client')))['AWSCURRENT'] ?? '';

it('leaked leaves a note of its leak although another answer, which Adobe refuses, has written over that', async () => {
  const leak = await startLeak();
  // No version has its uuid, so that it is not certain which one at Adobe has leaked.
  leak.adobe.removeSecret(leak.leakedSecret);
  const { value } = leak.adobe.addSecret('p8e-nobody-noted-its-uuid-0123456789');
  leak.secrets.add(value);
  const document = await leak.clientDocument();
  await leak.put(JSON.stringify({ ...document, client_secrets: [value] }));
  const versionId = await currentOf(leak);
  const stopped = stoppedBeforeNote();
  const second = leak.answer({ versionId }, stopped.effects);
  await stopped.reached;
  let refused: Exit | undefined;
  const { faults } = leak.world.consoleApi;
  faults.inject(
    { kind: 'server-error', status: 503 },
    { when: ({ method }) => method === 'DELETE' },
  );
  const effects = beforeCurrent(async () => {
    stopped.go();
    refused = await second;
  });
  const first = await leak.answer({ versionId }, effects);
  faults.clear();
  expect(textOf(refused as Exit)).toMatch(
    /^ERR_CREDENTIAL_CHANGED could not add a client secret at Adobe: somebody else has added /,
  );
  expect(first.code).toBe(1);
  expect(await rotationTag(leak)).toContain(`leaked=${versionId}`);
  const again = await leak.answer({ versionId });
  expect(again.code, textOf(again)).toBe(0);
  expect(leak.adobe.liveSecrets.map((one) => one.value)).not.toContain(value);
});

it('leaked leaves a note of its leak if another answer has stored what this one has deleted to make room', async () => {
  const leak = await startLeak();
  const versionId = await currentOf(leak);
  const stopped = stoppedBeforeNote();
  let second: Promise<Exit> | undefined;
  const effects = beforeCurrent(async () => {
    second = leak.answer({ versionId }, stopped.effects);
    await Promise.race([stopped.reached, second]);
  });
  const first = await leak.answer({ versionId }, effects);
  stopped.go();
  expect([first.code, (await second)?.code]).toEqual([1, 1]);
  expect(await rotationTag(leak)).toContain(`leaked=${versionId}`);
  expect(textOf(await leak.answer({ versionId }))).toContain(
    `put-credential fusion FILE; then: ims-token-rotator leaked fusion --token --now; then: delete the one in version ${versionId} of `,
  );
});

it('leaked ends well if another answer, which Adobe refuses, has written over what it had noted last', async () => {
  const leak = await startLeak();
  const versionId = await currentOf(leak);
  const stopped = stoppedBeforeNote();
  const second = leak.answer({ versionId }, stopped.effects);
  await stopped.reached;
  let notes = 0;
  const secrets = (real: Secrets): Secrets => {
    const setTag: Secrets['setTag'] = async (...args) => {
      await real.setTag(...args);
      notes += 1;
      if (notes !== 2) return;
      stopped.go();
      await second;
    };
    return replacing(real, { setTag });
  };
  const first = await leak.answer({ versionId }, { secrets });
  expect(first.code, textOf(first)).toBe(0);
  expect((await second).code).toBe(1);
  expect(await rotationTag(leak)).toBe('none');
});

it('leaked goes on after it was killed, although another answer, which Adobe refuses, has taken its note off', async () => {
  const leak = await startLeak();
  const versionId = await currentOf(leak);
  const secrets = (real: Secrets): Secrets => {
    const setTag: Secrets['setTag'] = async (arn, key, value) => {
      if (value.startsWith('retired ')) throw new Error('the process has ended');
      const isFirst = (await rotationTag(leak)) !== 'none';
      await real.setTag(arn, key, value);
      // As the other one leaves it.
      if (isFirst) await real.setTag(arn, key, 'none');
    };
    return replacing(real, { setTag });
  };
  await leak.answer({ versionId }, { secrets });
  expect(leak.adobe.liveSecrets.map(({ value }) => value)).toContain(leak.leakedSecret);
  const again = await leak.answer({ versionId });
  expect(again.code, textOf(again)).toBe(0);
  expect(leak.adobe.liveSecrets.map(({ value }) => value)).not.toContain(leak.leakedSecret);
});

it('leaked deletes nothing to make room that becomes the current client secret meanwhile', async () => {
  const leak = await startLeak();
  const versionId = await currentOf(leak);
  const SecretId = leak.world.secretId('fusion', 'client');
  const pending = newLeakVersion(digest, versionId);
  const note = `adding since=${inSeconds(0)} version=${pending} leaked=${versionId}`;
  await setRotationTag(leak, note);
  const { value, uuid } = leak.adobe.addSecret('p8e-about-to-be-stored-0123456789');
  leak.secrets.add(value);
  const document = await leak.clientDocument();
  const entry = { client_secret: value, uuid, created_at: inSeconds(0) };
  await leak.client.send(
    new PutSecretValueCommand({
      SecretId,
      SecretString: JSON.stringify({ ...document, client_secrets: [entry] }),
      ClientRequestToken: pending,
      VersionStages: ['AWSPENDING'],
    }),
  );
  const secrets = (real: Secrets): Secrets => {
    const describe: Secrets['describe'] = async (secretId) => {
      const { AWSPENDING, AWSCURRENT } = await labelsOf(leak.client, SecretId);
      if (AWSPENDING === undefined && AWSCURRENT === versionId) {
        const labels = { MoveToVersionId: pending, RemoveFromVersionId: versionId };
        await leak.client.send(
          new UpdateSecretVersionStageCommand({ SecretId, VersionStage: 'AWSCURRENT', ...labels }),
        );
      }
      return await real.describe(secretId);
    };
    return replacing(real, { describe });
  };
  const text = textOf(await leak.answer({ versionId }, { secrets }));
  expect(text).toMatch(/^ERR_CREDENTIAL_CHANGED could not make room at Adobe: /);
  expect(leak.adobe.liveSecrets.map((one) => one.value)).toContain(value);
});
