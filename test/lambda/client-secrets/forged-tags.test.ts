import { PutSecretValueCommand, TagResourceCommand } from '@aws-sdk/client-secrets-manager';
import { describe, expect, it } from 'vitest';
import { tagKeys } from '../../../core/contract.ts';
import { epochSeconds, formatInstant } from '../../../core/instant.ts';
import type { ClientSecret } from '../../../emulators/ims/client-secret.ts';
import { renewEach } from '../../../lambda/commands/renew.ts';
import { day, hour } from '../../support/builders.ts';
import { tick } from '../../support/outcomes.ts';
import {
  ClientSecretId,
  documentOf,
  type RotatingClient,
  startRotatingClient,
} from '../../support/start-rotating-client.ts';

const minute = 60;

/** Writes the note of a rotation that began so many seconds ago, and added that secret. */
async function forge(
  { client, parts }: RotatingClient,
  { uuid }: ClientSecret,
  ago: number,
): Promise<void> {
  const since = formatInstant(epochSeconds(parts.clock.seconds - ago));
  const Value = `adding since=${since} version=aaaaaaaa uuid=${uuid}`;
  const Tags = [{ Key: tagKeys.rotation, Value }];
  await client.send(new TagResourceCommand({ SecretId: ClientSecretId, Tags }));
}

function useNow({ parts }: RotatingClient, secret: ClientSecret): void {
  secret.recordUse((parts.clock.seconds - minute) * 1000);
}

describe('a rotation tag that somebody forged', () => {
  it.each([
    ['now', 0],
    ['16 minutes ago', 16 * minute],
    ['in a year', -365 * day],
    ['a day ago', day],
  ])('has no old secret of somebody else deleted, added %s', async (_, ago) => {
    const rotating = await startRotatingClient();
    const { adobe, parts } = rotating;
    const other = adobe.addSecret('p8e-of-a-colleague-0123456789');
    parts.clock.advance(40 * day);
    useNow(rotating, other);
    await forge(rotating, other, ago);
    expect(await rotating.rotateSecret()).toContain('ERR_CLIENT_SECRET_LIMIT');
    expect(adobe.liveSecrets).toHaveLength(2);
  });

  it.each([3 * day, 10 * day])(
    'has none deleted that it says is retired, and that the stored credential does not, last used %i s ago',
    async (ago) => {
      const rotating = await startRotatingClient();
      const { adobe, parts, client } = rotating;
      expect(await rotating.rotateSecret()).toEqual([]);
      for (let renewals = 0; renewals < 5; renewals += 1) {
        parts.clock.advance(13 * hour);
        await tick(parts.run());
      }
      expect(adobe.liveSecrets).toHaveLength(1);
      const other = adobe.addSecret('p8e-of-a-colleague-0123456789');
      parts.clock.advance(40 * day);
      other.recordUse((parts.clock.seconds - ago) * 1000);
      const at = formatInstant(epochSeconds(parts.clock.seconds - ago + minute));
      const Tags = [{ Key: tagKeys.rotation, Value: `retired uuid=${other.uuid} at=${at}` }];
      await client.send(new TagResourceCommand({ SecretId: ClientSecretId, Tags }));
      await tick(parts.run());
      expect(adobe.liveSecrets).toContain(other);
      const why = 'the stored credential does not say that it is retired';
      expect(parts.lines.map(({ fields }) => fields['why'])).toContain(why);
    },
  );

  it('has none deleted that somebody has used since it was replaced', async () => {
    const rotating = await startRotatingClient();
    const { adobe, parts, client } = rotating;
    const [replaced] = adobe.liveSecrets;
    expect(await rotating.rotateSecret()).toEqual([]);
    parts.clock.advance(3 * day);
    replaced?.recordUse((parts.clock.seconds - hour) * 1000);
    await tick(parts.run());
    parts.clock.advance(4 * day);
    const at = formatInstant(epochSeconds(parts.clock.seconds - 3 * day));
    const Tags = [{ Key: tagKeys.rotation, Value: `retired uuid=${replaced?.uuid} at=${at}` }];
    await client.send(new TagResourceCommand({ SecretId: ClientSecretId, Tags }));
    await tick(parts.run());
    expect(adobe.liveSecrets).toContain(replaced);
  });

  it('has the secret in use not deleted, although nothing stored names its uuid', async () => {
    const document = (client: Parameters<typeof documentOf>[0]) => ({
      ...documentOf(client),
      client_secrets: client.liveSecrets.map(({ value }) => value),
    });
    const rotating = await startRotatingClient({ document });
    const [own] = rotating.adobe.liveSecrets;
    if (own === undefined) throw new Error('the client has no secret');
    rotating.adobe.addSecret('p8e-of-a-colleague-0123456789');
    useNow(rotating, own);
    await forge(rotating, own, 0);
    expect(await rotating.rotateSecret()).toContain('ERR_CLIENT_SECRET_LIMIT');
    expect(rotating.adobe.liveSecrets).toContain(own);
  });
});

describe('the secret of a rotation that was given up, stored by hand without its uuid', () => {
  it.each([
    ['ten minutes later', 10 * minute, 0],
    ['an hour later, while Adobe tells of each use an hour late', hour, hour + 100],
  ])('is not deleted by a rotation %s', async (_, wait, late) => {
    const rotating = await startRotatingClient();
    const { adobe, client, parts } = rotating;
    const store = async (client_secret: string | undefined): Promise<void> => {
      const scopes = ['openid', 'AdobeID'];
      const document = { ...documentOf(adobe), scopes, client_secrets: [{ client_secret }] };
      const SecretString = JSON.stringify(document);
      await client.send(new PutSecretValueCommand({ SecretId: ClientSecretId, SecretString }));
    };
    await rotating.beginRotation();
    await rotating.step('createSecret');
    await rotating.step('testSecret');
    const [old, added] = adobe.liveSecrets;
    await store(old?.value);
    parts.consoleApi.faults.inject({ kind: 'server-error', status: 403 });
    parts.clock.advance(hour / 2);
    await expect(rotating.step('finishSecret')).rejects.toMatchObject({
      code: 'ERR_ROTATION_STALE',
    });
    parts.consoleApi.faults.clear();
    await store(added?.value);
    await renewEach(parts.run(), ['fusion'], { force: false }, () => undefined);
    parts.clock.advance(wait);
    if (late > 0) {
      parts.consoleApi.faults.inject({ kind: 'late-usages', seconds: late }, { times: 99 });
    }
    expect(await rotating.rotateSecret()).toContain('ERR_CLIENT_SECRET_LIMIT');
    expect(adobe.liveSecrets).toContain(added);
  });
});
