// Two people answer the same leak, and each gets as far as the other lets him.
import { expect, it } from 'vitest';
import type { Session } from '../../cli/session.ts';
import { replacing } from '../support/credential.ts';
import type { Exit } from '../support/run-process.ts';
import { labelsOf } from '../support/start-rotating.ts';
import { type LeakWorld, rotationTag, startLeak, textOf } from './leak-world.ts';

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
  // Without its uuid, so that it is not certain which one has leaked.
  const document = await leak.clientDocument();
  await leak.put(JSON.stringify({ ...document, client_secrets: [leak.leakedSecret] }));
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
  expect(leak.adobe.liveSecrets.map(({ value }) => value)).not.toContain(leak.leakedSecret);
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
    `→ delete the one in version ${versionId} of `,
  );
});
