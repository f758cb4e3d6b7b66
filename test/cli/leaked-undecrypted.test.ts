import {
  ListSecretVersionIdsCommand,
  UpdateSecretVersionStageCommand,
} from '@aws-sdk/client-secrets-manager';
import { describe, expect, it } from 'vitest';
import { epochSeconds } from '../../core/instant.ts';
import type { SecretsManagerFault } from '../../emulators/secrets-manager/fault.ts';
import type { Exit } from '../support/run-process.ts';
import { labelsOf } from '../support/start-rotating.ts';
import { expectAnswered, type LeakWorld, startLeak, startRotated, textOf } from './leak-world.ts';
import { checksOf } from './patient.ts';

type Kind = 'client' | 'token';

type Refusal = Omit<Extract<SecretsManagerFault, { kind: 'error' }>, 'kind'>;

const ofKey = { message: 'Access to KMS is not allowed', status: 400 };
const failures = ['DecryptionFailure', 'AccessDeniedException'] as const;
const forbidden = {
  type: 'AccessDeniedException',
  message:
    'User: arn:aws:iam::111122223333:role/kms is not authorized to perform: secretsmanager:GetSecretValue on resource: x',
  status: 400,
};

const flat = ({ stdout, stderr }: Exit) => (stdout + stderr).replaceAll(/\s+/g, ' ');

function refuse(leak: LeakWorld, versionId: string, error: Refusal): void {
  leak.world.secretsManager.faults.inject(
    { kind: 'error', ...error },
    {
      when: ({ action, body }) => action === 'GetSecretValue' && body['VersionId'] === versionId,
    },
  );
}

/** Three versions of each secret, the first of which has no label. @returns that of one */
async function withVersions(leak: LeakWorld, kind: Kind): Promise<string> {
  const { client, world } = leak;
  const document = JSON.stringify(await leak.clientDocument());
  for (const more of [' ', '  ']) {
    await leak.put(document + more);
    const replaces = (await leak.read('fusion'))?.versionId;
    await leak.invoke({ action: 'renew', credential: 'fusion', force: true, replaces });
    await leak.remember();
  }
  const SecretId = world.secretId('fusion', kind);
  const all = { SecretId, IncludeDeprecated: true };
  const { Versions = [] } = await client.send(new ListSecretVersionIdsCommand(all));
  return Versions.find(({ VersionStages = [] }) => VersionStages.length === 0)?.VersionId ?? '';
}

describe.each(failures)('leaked, after %s for an earlier version,', (type) => {
  it('answers the leak, and names what its client secret leaves to people', async () => {
    const leak = await startLeak();
    const versionId = await withVersions(leak, 'client');
    refuse(leak, versionId, { type, ...ofKey });
    const exit = await leak.answer();
    await expectAnswered(leak, exit);
    expect(flat(exit)).toContain('; 1 version could not be decrypted');
    expect(flat(exit)).toMatch(/not proved of what 1 version holds that could not be read/);
    expect(flat(exit)).toContain(
      `- Version ${versionId} of ${leak.world.secretId('fusion', 'client')} could not be decrypted, or may hold a client secret that was not recognised`,
    );
  });

  it.each([false, true])('names what its token leaves to people: --token %s', async (token) => {
    const leak = await startLeak();
    const versionId = await withVersions(leak, 'token');
    refuse(leak, versionId, { type, ...ofKey });
    const exit = await leak.answer({ token });
    expect(exit, exit.stderr).toMatchObject({ code: 0 });
    expect(flat(exit)).toMatch(/not proved of what 1 version holds that could not be read/);
    expect(flat(exit)).toMatch(
      new RegExp(
        `- Version ${versionId} of ${leak.world.secretId('fusion', 'token')} could not be decrypted, or may hold a token that was not recognised: the tokens there may be valid: have Adobe support invalidate all tokens of the client \\S+; that ends the good ones, too, so replace those right after it: ims-token-rotator renew fusion --force; and for every other`,
      ),
    );
    // All the others.
    const valid = leak.tokens.filter((one) => leak.world.ims.isValid(one));
    expect(valid).toEqual([leak.tokens[0]]);
  });

  it.each(['client', 'token'] as const)('stops if it is the current one: %s', async (kind) => {
    const leak = await startLeak();
    const SecretId = leak.world.secretId('fusion', kind);
    const { AWSCURRENT = '' } = await labelsOf(leak.client, SecretId);
    refuse(leak, AWSCURRENT, { type, ...ofKey });
    const exit = await leak.answer({ token: kind === 'token' });
    expect(exit).toMatchObject({ code: 1 });
    expect(exit.stderr).not.toContain('policies allow');
  });
});

it.each<[string, Refusal, Kind, RegExp]>([
  ['a denial', forbidden, 'client', /^ERR_AWS_DENIED .*policies allow secretsmanager:GetSecretV/],
  ['a denial', forbidden, 'token', /^ERR_AWS_DENIED .*policies allow secretsmanager:GetSecretV/],
  [
    'throttling',
    { type: 'ThrottlingException', message: 'KMS', status: 400 },
    'client',
    /^ERR_AWS_UNAVAILABLE/,
  ],
])('leaked stops after %s for an earlier version of the secret', async (_, error, kind, says) => {
  const leak = await startLeak();
  refuse(leak, await withVersions(leak, kind), error);
  const exit = await leak.answer({ token: kind === 'token' });
  expect(exit).toMatchObject({ code: 1 });
  expect(exit.stderr.replaceAll(/\s+/g, ' ')).toMatch(says);
});

it('leaked, in a second run, does not go on without what has leaked', async () => {
  const leak = await startLeak();
  const SecretId = leak.world.secretId('fusion', 'client');
  const { AWSCURRENT: before = '' } = await labelsOf(leak.client, SecretId);
  const { faults } = leak.world.consoleApi;
  const down = { kind: 'server-error', status: 503 } as const;
  faults.inject(down, { when: ({ method }) => method === 'DELETE' });
  expect(await leak.answer()).toMatchObject({ code: 1 });
  faults.clear();
  refuse(leak, before, { type: 'AccessDeniedException', ...ofKey });
  const exit = await leak.answer();
  expect(exit).toMatchObject({ code: 1 });
  expect(flat(exit)).toContain('the version with what has leaked could not be decrypted');
  expect(flat(exit)).toContain(
    `shows that the stored client secret works: delete the one in version ${before} of ${SecretId}, unless that is the stored one, in the`,
  );
  expect(leak.adobe.liveSecrets).toHaveLength(2);
});

it('leaked proves what has leaked, and not what was stored after that for a while', async () => {
  let ahead = -72 * 3_600;
  const clock = (): number => Date.now() + ahead * 1000;
  const leak = await startLeak({ now: clock });
  const SecretId = leak.world.secretId('fusion', 'client');
  const { AWSCURRENT: first = '' } = await labelsOf(leak.client, SecretId);
  ahead += 24 * 3_600;
  const { value } = leak.adobe.addSecret('p8e-leaked-0123456789abcdef');
  leak.secrets.add(value);
  leak.adobe.removeSecret(leak.leakedSecret);
  const document = await leak.clientDocument();
  const put = async (secret: string): Promise<string | undefined> => {
    await leak.put(JSON.stringify({ ...document, client_secrets: [secret] }));
    return (await labelsOf(leak.client, SecretId))['AWSCURRENT'];
  };
  const MoveToVersionId = await put(value);
  ahead += 3_600;
  const RemoveFromVersionId = await put('p8e-dead-0123456789abcdef');
  const move = { SecretId, VersionStage: 'AWSCURRENT', MoveToVersionId, RemoveFromVersionId };
  await leak.client.send(new UpdateSecretVersionStageCommand(move));
  ahead = 0;
  await leak.invoke({ action: 'tick' });
  // So that it is not certain which one has leaked.
  refuse(leak, first, { type: 'DecryptionFailure', ...ofKey });
  const unproven = new RegExp(
    `^ERR_LEAK_UNPROVEN .*IMS still accepts the leaked client secret .*, delete the one in version ${MoveToVersionId} of`,
  );
  expect(textOf(await leak.answer())).toMatch(unproven);
  expect(textOf(await leak.answer())).toMatch(unproven);
  leak.adobe.removeSecret(value);
  await expectAnswered(leak, await leak.answer());
});

it('doctor does not know whether what Adobe lists is stored in such a version', async () => {
  const leak = await startRotated(() => Promise.resolve());
  const versionId = await withVersions(leak, 'client');
  leak.adobe.addSecret('p8e-stranger-0123456789abcdef');
  const find = async () => (await checksOf(leak, 'fusion', '--mint')).find('secrets at Adobe');
  expect(await find()).toMatchObject({ verdict: 'failed' });
  refuse(leak, versionId, { type: 'DecryptionFailure', ...ofKey });
  const detail = expect.stringContaining(`could not be decrypted: ${versionId}`);
  expect(await find()).toMatchObject({ verdict: 'unknown', detail });
});

it('leaked does not say a day later that nothing is left where such a version may hold it', async () => {
  let ahead = -48 * 3_600;
  const clock = (): number => Date.now() + ahead * 1000;
  const now = () => epochSeconds(clock() / 1000);
  const leak = await startLeak({ now: clock });
  const { adobe, client, world, secrets } = leak;
  const SecretId = world.secretId('fusion', 'client');
  const { AWSCURRENT: lost = '' } = await labelsOf(client, SecretId);
  // A person replaces the client secret, without its uuid.
  ahead = -24 * 3_600;
  const { value } = adobe.addSecret('p8e-later-0123456789abcdef');
  secrets.add(value);
  adobe.removeSecret(leak.leakedSecret);
  await leak.put(JSON.stringify({ ...(await leak.clientDocument()), client_secrets: [value] }));
  ahead = 0;
  await leak.invoke({ action: 'tick' });
  refuse(leak, lost, { type: 'DecryptionFailure', ...ofKey });
  expect(textOf(await leak.answer({}, { now }))).toMatch(
    /^ERR_LEAK_UNPROVEN .*IMS still accepts the leaked client secret/,
  );
  expect((await leak.cli('pause', 'fusion')).code).toBe(0);
  ahead = 26 * 3_600;
  const { AWSPREVIOUS } = await labelsOf(client, SecretId);
  expect(textOf(await leak.answer({}, { now }))).toMatch(
    new RegExp(
      `^ERR_CREDENTIAL_CHANGED .* may have left at Adobe what had leaked.* → delete the one in version ${AWSPREVIOUS} of ${SecretId} in the`,
    ),
  );
  expect(adobe.liveSecret(value)).toBeDefined();
});
