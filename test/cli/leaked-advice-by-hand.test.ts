// What people are told to do when an answer to a leak stops: each word of it may be followed.
import { GetSecretValueCommand } from '@aws-sdk/client-secrets-manager';
import { expect, it } from 'vitest';
import type { Secrets } from '../../cli/aws/secrets.ts';
import { replacing } from '../support/credential.ts';
import { callOf } from './fates.ts';
import { type LeakWorld, refuseDeletion, setRotationTag, startLeak, textOf } from './leak-world.ts';
import { startFilter } from './start-filter.ts';

const docs = 'see "When something leaked" in docs/client-secret-rotation.md';

/** From this call on, a tag of the client secret is written, but its answer is lost. */
function loseTagAnswers({ world }: LeakWorld, first: number): void {
  let tags = 0;
  const isTag = callOf('TagResource', 'client');
  const when = (call: Parameters<typeof isTag>[0]): boolean => {
    if (!isTag(call)) return false;
    tags += 1;
    return tags >= first;
  };
  world.secretsManager.faults.inject({ kind: 'reset-after' }, { when });
}

it('leaked calls for no other run once all is proved, and the answer to its last note is lost', async () => {
  const leak = await startLeak();
  loseTagAnswers(leak, 3);
  const exit = await leak.answer();
  expect(exit.code).toBe(1);
  expect(textOf(exit)).toContain('(what has leaked is useless) → ');
  expect(textOf(exit)).not.toContain('leaked fusion');
  expect(textOf(exit)).not.toContain('do not wait');
});

it('leaked has people write its last note if nobody can tell whether it is written', async () => {
  const leak = await startLeak();
  let tags = 0;
  const isTag = callOf('TagResource', 'client');
  const isLook = callOf('DescribeSecret', 'client');
  const when = (call: Parameters<typeof isTag>[0]): boolean => {
    if (isTag(call)) tags += 1;
    return tags >= 3 && (isTag(call) || isLook(call));
  };
  leak.world.secretsManager.faults.inject({ kind: 'reset-after' }, { when });
  const text = textOf(await leak.answer());
  expect(text).toContain('(what has leaked is useless) → ');
  expect(text).toMatch(
    /then go on: once ims-token-rotator doctor fusion shows neither a rotation nor another answer to a leak, aws secretsmanager tag-resource .*=none$/,
  );
});

it('leaked names the version of what leaked if it cannot read it, and the answer is complete meanwhile', async () => {
  const leak = await startLeak();
  const { world, environment, client } = leak;
  const SecretId = world.secretId('fusion', 'client');
  const { VersionId: before } = await client.send(new GetSecretValueCommand({ SecretId }));
  await refuseDeletion(leak);
  const { url, rules } = await startFilter(world.aws.url);
  environment['AWS_ENDPOINT_URL'] = url;
  let lists = 0;
  const when = (action: string): boolean => {
    if (action === 'ListSecretVersionIds') lists += 1;
    return action === 'ListSecretVersionIds' && lists >= 2;
  };
  rules.push({ when, status: 403, first: () => setRotationTag(leak, 'none') });
  const text = textOf(await leak.answer());
  expect(text).toContain(`, delete the one in version ${before} of ${SecretId} in the Adobe`);
  expect(text).not.toContain('leaked fusion --now');
});

it('leaked does not call for itself when its note is gone, and a new client secret is stored', async () => {
  const leak = await startLeak();
  const { url, rules } = await startFilter(leak.world.consoleApi.url);
  // As a tool does that takes off what it does not know.
  const first = (): Promise<void> => setRotationTag(leak, 'none');
  rules.push({ when: (action) => action.startsWith('DELETE'), status: 503, first });
  const text = textOf(await leak.answer({ consoleEndpointUrl: url }));
  expect(text).toMatch(
    /then go on: once ims-token-rotator doctor fusion --mint shows that the stored client secret works, delete the leaked client secret \S+ in version \S+ .* in the Adobe Developer Console/,
  );
  expect(text).not.toMatch(/leaked fusion --now(;|$)/);
});

it('leaked has people prove the new client secret before they delete the leaked one', async () => {
  const leak = await startLeak();
  leak.world.aws.faults.inject(
    { kind: 'denied' },
    { when: ({ action }) => action === 'InvokeFunction' },
  );
  const text = textOf(await leak.answer());
  expect(text).toMatch(
    /do not wait: once ims-token-rotator doctor fusion --mint shows that the stored client secret works, delete the leaked client secret \S+ .*; then: aws secretsmanager tag-resource .*=none; then: ims-token-rotator leaked fusion --token --now$/,
  );
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
  expect(text).toMatch(/→ find out who; then go on: ims-token-rotator leaked fusion --now$/);
});

it('leaked names the client secret at Adobe whose value is lost, which has to go first', async () => {
  const leak = await startLeak();
  leak.world.secretsManager.faults.inject(
    { kind: 'denied' },
    { when: callOf('PutSecretValue', 'client') },
  );
  const text = textOf(await leak.answer());
  const [, added] = leak.adobe.liveSecrets;
  expect(text).toContain(
    `do not wait: delete the client secret ${added?.uuid} in the Adobe Developer Console, which nobody uses yet; then: answer the leak by hand: ${docs}`,
  );
});

it('leaked names the version of what leaked if another run cannot read it, and sets the note back', async () => {
  const leak = await startLeak();
  const { world } = leak;
  const { consoleApi, secretsManager } = world;
  const SecretId = world.secretId('fusion', 'client');
  const { VersionId: before } = await leak.client.send(new GetSecretValueCommand({ SecretId }));
  consoleApi.faults.inject(
    { kind: 'server-error', status: 503 },
    { when: ({ method }) => method === 'DELETE' },
  );
  expect(await leak.answer()).toMatchObject({ code: 1 });
  secretsManager.faults.inject(
    { kind: 'denied' },
    { when: callOf('ListSecretVersionIds', 'client') },
  );
  const text = textOf(await leak.answer());
  expect(text).toContain(
    `shows that the stored client secret works, delete the one in version ${before} of ${SecretId} in the Adobe Developer Console, if it is still there, and no other; then: aws secretsmanager tag-resource `,
  );
});

it('leaked has nobody delete the leaked client secret after a second run that could not replace it either', async () => {
  const leak = await startLeak();
  const { secretsManager, consoleApi } = leak.world;
  secretsManager.faults.inject(
    { kind: 'denied' },
    { when: callOf('UpdateSecretVersionStage', 'client') },
  );
  expect(await leak.answer()).toMatchObject({ code: 1 });
  secretsManager.faults.clear();
  const when = ({ method }: { readonly method: string }): boolean => method === 'POST';
  consoleApi.faults.inject({ kind: 'server-error', status: 403 }, { when });
  const text = textOf(await leak.answer());
  expect(leak.adobe.liveSecrets.map(({ value }) => value)).toEqual([leak.leakedSecret]);
  expect(text).toContain('then go on: ims-token-rotator leaked fusion --now');
  expect(text).not.toContain('delete the leaked client secret');
});

it('leaked leaves the new client secret alone if a colleague completes the answer before a person agrees', async () => {
  const leak = await startLeak();
  await refuseDeletion(leak);
  let isFirst = true;
  // The first description comes before the question.
  const secrets = (real: Secrets): Secrets => {
    const describe: Secrets['describe'] = async (...args) => {
      const described = await real.describe(...args);
      if (!isFirst) return described;
      isFirst = false;
      leak.world.consoleApi.faults.clear();
      expect(await leak.answer()).toMatchObject({ code: 0 });
      return described;
    };
    return replacing(real, { describe });
  };
  const exit = await leak.answer({}, { secrets });
  const stored = (await leak.clientDocument()).client_secrets.map((one) => one.client_secret);
  expect(leak.adobe.liveSecrets.map(({ value }) => value)).toEqual(stored);
  expect(leak.adobe.secrets).toHaveLength(2);
  expect(textOf(exit)).toMatch(
    /^ERR_CREDENTIAL_CHANGED .* is not open any more: .* → if somebody has completed it, nothing is left to do here; /,
  );
});
