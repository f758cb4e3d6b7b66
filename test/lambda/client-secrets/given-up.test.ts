import {
  PutSecretValueCommand,
  type PutSecretValueCommandInput,
  TagResourceCommand,
  UpdateSecretVersionStageCommand,
} from '@aws-sdk/client-secrets-manager';
import { describe, expect, it } from 'vitest';
import { formatRotationState } from '../../../core/client-secret-rotation.ts';
import { tagKeys } from '../../../core/contract.ts';
import { epochSeconds } from '../../../core/instant.ts';
import { day, hour } from '../../support/builders.ts';
import { interceptIms, replacing } from '../../support/credential.ts';
import { tick } from '../../support/outcomes.ts';
import { clientSecretOf } from '../../support/start-parts.ts';
import { rotationSteps as steps } from '../../support/start-rotating.ts';
import {
  ClientSecretId,
  documentOf,
  type RotatingClient,
  type StoredEntry,
  startRotatingClient,
} from '../../support/start-rotating-client.ts';

const old = clientSecretOf('fusion');

async function startCreate(): Promise<RotatingClient> {
  const rotating = await startRotatingClient();
  await rotating.beginRotation();
  return rotating;
}

async function put(
  { client }: RotatingClient,
  document: object,
  version: Partial<PutSecretValueCommandInput> = {},
): Promise<void> {
  const value = { SecretId: ClientSecretId, SecretString: JSON.stringify(document), ...version };
  await client.send(new PutSecretValueCommand(value));
}

/** The next rotation recognises this secret as one that an earlier rotation left over. */
async function expectNextToDelete(rotating: RotatingClient, left: string): Promise<void> {
  expect(await rotating.tag()).toMatch(/^adding /);
  rotating.parts.clock.advance(day);
  expect(await rotating.rotateSecret()).toEqual([]);
  const [first] = await rotating.entries();
  expect(rotating.live()).toEqual([old, first?.client_secret]);
  expect(rotating.live()).not.toContain(left);
}

/** As Secrets Manager does, it begins with the first step again. */
async function expectToComplete(rotating: RotatingClient): Promise<void> {
  rotating.parts.clock.advance(1_800);
  for (const step of steps) await rotating.step(step);
  const [first] = await rotating.entries();
  expect(rotating.live()).toEqual([old, first?.client_secret]);
}

describe('testSecret', () => {
  it('gives the version up when somebody deleted its secret, so that the next one begins anew', async () => {
    const rotating = await startCreate();
    await rotating.step('createSecret');
    const [, added = ''] = rotating.live();
    rotating.adobe.removeSecret(added);
    await expect(rotating.step('testSecret')).rejects.toMatchObject({
      code: 'ERR_TOKEN_REJECTED',
    });
    expect(await rotating.labels()).not.toHaveProperty('AWSPENDING');
    expect(await rotating.tag()).toBe('none');
    rotating.parts.clock.advance(hour);
    expect(await rotating.rotateSecret()).toEqual([]);
  });

  it('fails when IMS does not accept the token of the new secret, and nothing becomes current', async () => {
    const rotating = await startCreate();
    await rotating.step('createSecret');
    const before = await rotating.labels();
    const { tokenEndpoint } = rotating.parts.run();
    const refusing: typeof tokenEndpoint = {
      request: tokenEndpoint.request.bind(tokenEndpoint),
      validate: () => Promise.resolve({ status: 200, body: '{"valid":false}' }),
    };
    const test = rotating.step('testSecret', undefined, { tokenEndpoint: refusing });
    await expect(test).rejects.toMatchObject({ code: 'ERR_TOKEN_INVALID' });
    expect(await rotating.labels()).toEqual(before);
    await expectToComplete(rotating);
  });

  it('keeps the version when IMS rejects a secret that Adobe has', async () => {
    const rotating = await startCreate();
    await rotating.step('createSecret');
    let rejections = 1;
    const tokenEndpoint = interceptIms(rotating.parts, (_, send) => {
      rejections -= 1;
      const body = JSON.stringify({ error: 'invalid_client' });
      return rejections < 0 ? send() : Promise.resolve({ status: 400, body });
    });
    await expect(rotating.step('testSecret', undefined, { tokenEndpoint })).rejects.toMatchObject({
      code: 'ERR_TOKEN_REJECTED',
    });
    expect(await rotating.labels()).toHaveProperty('AWSPENDING');
    rotating.parts.clock.advance(1_800);
    for (const step of steps) await rotating.step(step);
    expect(rotating.live()).toHaveLength(2);
  });

  it.each([false, true])(
    'leaves its secret at Adobe if AWSPREVIOUS holds it; beside the one before: %s',
    async (isBeside) => {
      const rotating = await startCreate();
      const { adobe } = rotating;
      await rotating.step('createSecret');
      const [, added = ''] = rotating.live();
      const both = documentOf(adobe);
      await put(rotating, isBeside ? both : { ...both, client_secrets: [added] });
      await put(rotating, { ...both, client_secrets: [old, 'p8e-by-hand'] });
      await expect(rotating.step('testSecret')).rejects.toMatchObject({
        code: 'ERR_ROTATION_STALE',
      });
      expect(await rotating.labels()).not.toHaveProperty('AWSPENDING');
      expect(rotating.live()).toEqual([old, added]);
    },
  );

  it('leaves a secret that the next rotation deletes if the version has lost its label', async () => {
    const rotating = await startCreate();
    for (const step of ['createSecret', 'testSecret'] as const) await rotating.step(step);
    const [, tested = ''] = rotating.live();
    const pending = await rotating.labels();
    const RemoveFromVersionId = pending['AWSPENDING'];
    const label = { SecretId: ClientSecretId, VersionStage: 'AWSPENDING', RemoveFromVersionId };
    await rotating.client.send(new UpdateSecretVersionStageCommand(label));
    rotating.parts.clock.advance(hour);
    expect(await rotating.rotateSecret()).toEqual([]);
    const [first] = await rotating.entries();
    expect(rotating.live()).toEqual([old, first?.client_secret]);
    expect(rotating.live()).not.toContain(tested);
  });

  it('leaves its secret at Adobe, and the note, if that is about another version by now', async () => {
    const rotating = await startCreate();
    const { adobe, client, parts } = rotating;
    await rotating.step('createSecret');
    const [, added = ''] = rotating.live();
    const since = epochSeconds(parts.clock.seconds);
    const note = formatRotationState({ kind: 'adding', since, versionId: 'of-another-rotation' });
    const Tags = [{ Key: tagKeys.rotation, Value: note }];
    await client.send(new TagResourceCommand({ SecretId: ClientSecretId, Tags }));
    await put(rotating, { ...documentOf(adobe), client_secrets: [old, 'p8e-by-hand'] });
    await expect(rotating.step('testSecret')).rejects.toMatchObject({ code: 'ERR_ROTATION_STALE' });
    expect(rotating.live()).toEqual([old, added]);
    expect(await rotating.tag()).toBe(note);
  });

  it('leaves a secret that the next rotation deletes if it may not manage secrets for a while', async () => {
    const rotating = await startCreate();
    const { adobe } = rotating;
    await rotating.step('createSecret');
    const [, added = ''] = rotating.live();
    const { scopes } = adobe;
    adobe.scopes = ['openid'];
    await put(rotating, { ...documentOf(adobe), client_secrets: [old, 'p8e-by-hand'] });
    await expect(rotating.step('testSecret')).rejects.toMatchObject({ code: 'ERR_ROTATION_STALE' });
    expect(rotating.live()).toEqual([old, added]);
    adobe.scopes = scopes;
    await expectNextToDelete(rotating, added);
  });

  it('leaves a secret that the next rotation deletes if the Console API refuses to', async () => {
    const rotating = await startCreate();
    const { adobe, parts } = rotating;
    await rotating.step('createSecret');
    const [, added = ''] = rotating.live();
    await put(rotating, { ...documentOf(adobe), client_secrets: [old, 'p8e-by-hand'] });
    const when = ({ method }: { readonly method: string }): boolean => method === 'DELETE';
    parts.consoleApi.faults.inject({ kind: 'server-error', status: 403 }, { when });
    await expect(rotating.step('testSecret')).rejects.toMatchObject({ code: 'ERR_ROTATION_STALE' });
    parts.consoleApi.faults.clear();
    expect(await rotating.labels()).not.toHaveProperty('AWSPENDING');
    expect(rotating.live()).toEqual([old, added]);
    await expectNextToDelete(rotating, added);
  });

  it('leaves nothing to the next rotation if IMS knows none of the secrets in the version', async () => {
    const rotating = await startCreate();
    const { adobe } = rotating;
    await rotating.step('createSecret');
    const [, added = ''] = rotating.live();
    const byHand = adobe.addSecret('p8e-by-hand-0123456789abcdef').value;
    for (const gone of [old, added]) adobe.removeSecret(gone);
    await put(rotating, { ...documentOf(adobe), client_secrets: [byHand] });
    await expect(rotating.step('testSecret')).rejects.toMatchObject({ code: 'ERR_ROTATION_STALE' });
    expect(await rotating.labels()).not.toHaveProperty('AWSPENDING');
    expect(await rotating.tag()).toBe('none');
  });

  it('keeps the note of a secret whose name at Adobe the version does not tell', async () => {
    const rotating = await startCreate();
    const { adobe, client, parts } = rotating;
    const { AWSPENDING: version = '' } = await rotating.labels();
    const since = epochSeconds(parts.clock.seconds);
    const note = formatRotationState({ kind: 'adding', since, versionId: version });
    const Tags = [{ Key: tagKeys.rotation, Value: note }];
    await client.send(new TagResourceCommand({ SecretId: ClientSecretId, Tags }));
    const document = { ...documentOf(adobe), client_secrets: ['p8e-without-a-name-0123', old] };
    await put(rotating, document, { ClientRequestToken: version, VersionStages: ['AWSPENDING'] });
    await put(rotating, { ...documentOf(adobe), client_secrets: [old, 'p8e-by-hand'] });
    await expect(rotating.step('testSecret')).rejects.toMatchObject({ code: 'ERR_ROTATION_STALE' });
    expect(await rotating.labels()).not.toHaveProperty('AWSPENDING');
    expect(await rotating.tag()).toBe(note);
  });

  it('leaves a secret that the next rotation deletes if the pending value is no credential', async () => {
    const rotating = await startCreate();
    const { adobe, client, parts } = rotating;
    const { AWSPENDING: version = '' } = await rotating.labels();
    const { value } = adobe.addSecret('p8e-added-0123456789abcdef');
    const state = {
      kind: 'adding',
      since: epochSeconds(parts.clock.seconds),
      versionId: version,
    } as const;
    const Tags = [{ Key: tagKeys.rotation, Value: formatRotationState(state) }];
    await client.send(new TagResourceCommand({ SecretId: ClientSecretId, Tags }));
    await put(rotating, {}, { ClientRequestToken: version, VersionStages: ['AWSPENDING'] });
    await expect(rotating.step('testSecret')).rejects.toMatchObject({ code: 'ERR_ROTATION_STALE' });
    expect(await rotating.labels()).not.toHaveProperty('AWSPENDING');
    await expectNextToDelete(rotating, value);
  });

  it('leaves no call in flight when a value cannot be read', async () => {
    const rotating = await startCreate();
    await rotating.step('createSecret');
    const { secrets } = rotating.parts.run();
    let inFlight = 0;
    const counted = async <Output>(work: () => Promise<Output>): Promise<Output> => {
      inFlight += 1;
      try {
        return await work();
      } finally {
        inFlight -= 1;
      }
    };
    const read = () => counted(() => Promise.reject(new TypeError('as if the client were broken')));
    const readVersion: typeof secrets.readVersion = (...args) =>
      counted(() => secrets.readVersion(...args));
    const test = rotating.step('testSecret', undefined, {
      secrets: replacing(secrets, { read, readVersion }),
    });
    await expect(test).rejects.toMatchObject({ code: 'ERR_UNEXPECTED' });
    expect(inFlight).toBe(0);
  });
});

describe('the client secret of a rotation that was given up, which a person has stored without its uuid,', () => {
  type Stored = (
    before: StoredEntry | undefined,
    added: string,
  ) => readonly (StoredEntry | string)[];

  it.each<[string, Stored]>([
    [
      'beside the one before, both without',
      (before, added) => [before?.client_secret ?? '', added],
    ],
    ['behind the one before', (before, added) => [before ?? '', { client_secret: added }]],
  ])('is left alone: %s', async (_, stored) => {
    const rotating = await startCreate();
    const { parts, adobe, client } = rotating;
    const [before] = await rotating.entries();
    await rotating.step('createSecret');
    await rotating.step('testSecret');
    const added = rotating.live()[1] ?? '';
    const { AWSPENDING: RemoveFromVersionId } = await rotating.labels();
    const VersionStage = 'AWSPENDING';
    await client.send(
      new UpdateSecretVersionStageCommand({
        SecretId: ClientSecretId,
        VersionStage,
        RemoveFromVersionId,
      }),
    );
    await put(rotating, { ...documentOf(adobe), client_secrets: stored(before, added) });
    parts.clock.advance(10 * day);
    await tick(parts.run());
    parts.clock.advance(1_800);
    expect(await rotating.rotateSecret()).toEqual(['ERR_CLIENT_SECRET_LIMIT']);
    expect(rotating.live()).toEqual([old, added]);
  });
});
