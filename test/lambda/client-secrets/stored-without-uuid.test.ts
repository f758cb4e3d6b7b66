// A person stores the client secret of a rotation that was given up, alone and mostly without its uuid.
import {
  PutSecretValueCommand,
  TagResourceCommand,
  UpdateSecretVersionStageCommand,
} from '@aws-sdk/client-secrets-manager';
import { expect, it } from 'vitest';
import { tagKeys } from '../../../core/contract.ts';
import type { ConsoleEndpoint, Deps } from '../../../core/ports.ts';
import type { Call } from '../../../emulators/secrets-manager/fault.ts';
import { day, hour } from '../../support/builders.ts';
import { replacing } from '../../support/credential.ts';
import { tick } from '../../support/outcomes.ts';
import {
  ClientSecretId,
  documentOf,
  type RotatingClient,
  startRotatingClient,
} from '../../support/start-rotating-client.ts';

interface Given {
  /** The tag names its uuid. */
  readonly isTested: boolean;
  /** AWS has deleted the version of that rotation. */
  readonly isGone: boolean;
  /** Somebody has stored the credential before that again since. */
  readonly isPrevious?: boolean;
  /** It is stored with its uuid. */
  readonly isNoted?: boolean;
}

interface GivenUp {
  readonly rotating: RotatingClient;
  readonly added: string;
  readonly versionId: string;
}

async function startGivenUp({ isTested, isPrevious, isNoted }: Given): Promise<GivenUp> {
  const rotating = await startRotatingClient();
  const { parts, adobe, client } = rotating;
  const original = documentOf(adobe);
  const versionId = await rotating.beginRotation();
  await rotating.step('createSecret');
  if (isTested) await rotating.step('testSecret');
  const added = rotating.live()[1] ?? '';
  const off = { VersionStage: 'AWSPENDING', RemoveFromVersionId: versionId };
  await client.send(new UpdateSecretVersionStageCommand({ SecretId: ClientSecretId, ...off }));
  parts.clock.advance(day);
  await tick(parts.run());
  const uuid = isNoted ? adobe.liveSecret(added)?.uuid : undefined;
  const stored = { ...original, client_secrets: [{ client_secret: added, uuid }] };
  for (const document of isPrevious ? [stored, original] : [stored]) {
    const SecretString = JSON.stringify(document);
    await client.send(new PutSecretValueCommand({ SecretId: ClientSecretId, SecretString }));
  }
  parts.clock.advance(hour);
  await tick(parts.run());
  return { rotating, added, versionId };
}

/** Adobe does not tell yet that IMS has accepted it as the stored one. */
function late({ rotating, added, versionId }: GivenUp, { isGone, isTested }: Given): Partial<Deps> {
  const { consoleEndpoint, secrets } = rotating.parts.run();
  const list: ConsoleEndpoint['list'] = async (...args) => {
    const { body, ...response } = await consoleEndpoint.list(...args);
    const { client_secrets } = JSON.parse(body);
    const own = rotating.adobe.liveSecret(added)?.uuid;
    for (const one of client_secrets) {
      if (one.uuid !== own) continue;
      one.secret_usages = isTested ? [{ last_used_at: one.created_at }] : null;
    }
    return { ...response, body: JSON.stringify({ client_secrets }) };
  };
  const readVersion: typeof secrets.readVersion = async (version, signal) => {
    if (isGone && version.versionId === versionId) return undefined;
    return await secrets.readVersion(version, signal);
  };
  return {
    consoleEndpoint: replacing(consoleEndpoint, { list }),
    secrets: replacing(secrets, { readVersion }),
  };
}

it.each([
  { isTested: true, isGone: false },
  { isTested: true, isGone: true },
  { isTested: false, isGone: false },
  { isTested: true, isGone: false, isPrevious: true },
  { isTested: true, isGone: true, isPrevious: true },
  { isTested: false, isGone: false, isPrevious: true },
  { isTested: false, isGone: true, isPrevious: true, isNoted: true },
])('the next rotation leaves it alone: %j', async (given) => {
  const givenUp = await startGivenUp(given);
  const { rotating, added } = givenUp;
  await rotating.beginRotation();
  const create = rotating.step('createSecret', undefined, late(givenUp, given));
  await expect(create).rejects.toMatchObject({ code: 'ERR_CLIENT_SECRET_LIMIT' });
  expect(rotating.live()).toContain(added);
});

it('the next rotation leaves it alone while the version that tells of it cannot be read', async () => {
  const given = { isTested: false, isGone: false, isPrevious: true };
  const givenUp = await startGivenUp(given);
  const { rotating, added, versionId } = givenUp;
  await rotating.beginRotation();
  const { faults } = rotating.parts.secretsManager;
  const when = ({ body }: Call): boolean => body['VersionId'] === versionId;
  faults.inject({ kind: 'internal-error' }, { when });
  const create = rotating.step('createSecret', undefined, late(givenUp, given));
  await expect(create).rejects.toMatchObject({ code: 'ERR_SECRET_UNAVAILABLE' });
  expect(rotating.live()).toContain(added);
});

it('the next rotation leaves it alone if its tag names the version of another one', async () => {
  const given = { isTested: true, isGone: false };
  const givenUp = await startGivenUp(given);
  const { rotating, added, versionId } = givenUp;
  const { AWSPREVIOUS = '' } = await rotating.labels();
  const Value = `${await rotating.tag()}`.replace(versionId, AWSPREVIOUS);
  const Tags = [{ Key: tagKeys.rotation, Value }];
  await rotating.client.send(new TagResourceCommand({ SecretId: ClientSecretId, Tags }));
  await rotating.beginRotation();
  const create = rotating.step('createSecret', undefined, late(givenUp, given));
  await expect(create).rejects.toMatchObject({ code: 'ERR_CLIENT_SECRET_LIMIT' });
  expect(rotating.live()).toContain(added);
});
