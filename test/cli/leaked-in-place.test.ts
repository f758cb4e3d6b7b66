import { DeleteSecretCommand } from '@aws-sdk/client-secrets-manager';
import { describe, expect, it } from 'vitest';
import { labelsOf } from '../support/start-rotating.ts';
import {
  addColleagues,
  flat,
  type LeakWorld,
  setRotationTag,
  startLeak,
  textOf,
} from './leak-world.ts';
import { fileWith, inSeconds } from './operator.ts';

/** Whoever has the leaked client secret mints with it. */
async function steal({ world, adobe, leakedSecret }: LeakWorld): Promise<string> {
  const body = new URLSearchParams({
    grant_type: 'client_credentials',
    client_id: adobe.clientId,
    client_secret: leakedSecret,
    scope: 'openid',
  });
  const response = await fetch(`${world.ims.url}/ims/token/v3`, { method: 'POST', body });
  const { access_token } = (await response.json()) as { readonly access_token: string };
  return access_token;
}

/**
 * The colleague's client secret is stored in the place of the leaked one, as `leaked` says.
 *
 * @returns its uuid
 */
async function storeInPlace(leak: LeakWorld, isNoted = true): Promise<string> {
  const { uuid, value } = addColleagues(leak);
  expect(textOf(await leak.answer())).toMatch(
    /^ERR_CLIENT_SECRET_LIMIT .* in place of the leaked one, alone in FILE: /,
  );
  const client_secrets = [isNoted ? { client_secret: value, uuid } : value];
  const text = JSON.stringify({ ...(await leak.clientDocument()), client_secrets });
  const file = await fileWith(text);
  expect(await leak.cli('put-credential', 'fusion', file, '--wait', '0')).toMatchObject({
    code: 0,
  });
  return uuid;
}

it('leaked --token names all that the leak of a client secret leaves, which people have replaced', async () => {
  const leak = await startLeak();
  const stolen = await steal(leak);
  const uuid = await storeInPlace(leak);
  leak.adobe.removeSecret(leak.leakedSecret);
  const exit = await leak.answer({ token: true });
  expect(exit, exit.stderr).toMatchObject({ code: 0 });
  expect(leak.adobe.liveSecrets.map((one) => one.uuid)).toEqual([uuid]);
  expect(leak.world.ims.isValid(stolen)).toBe(true);
  const when =
    '- If the stored client secret has replaced one that has leaked, and this is not done yet: ';
  const steps = [
    `${when}give the new client secret to whoever else used the leaked one, which Adobe refuses once it is gone. Other credentials of rotators that have the same client are not known here: for each, ims-token-rotator put-credential OTHER FILE; then: ims-token-rotator leaked OTHER --token; FILE is the value of OTHER with the client secrets that ${leak.world.secretId('fusion', 'client')} holds now.`,
    `${when}tokens that somebody minted with the leaked secret are not known here, and last up to a day: have Adobe support invalidate all tokens of the client ${leak.adobe.clientId}; that ends the good ones, too, so replace those right after it: ims-token-rotator renew fusion --force; and for every other credential of this client: ims-token-rotator renew OTHER --force - `,
  ];
  const told = flat(exit.stdout);
  expect(told).not.toContain('IMS still accepts');
  const at = steps.map((step) => told.indexOf(step));
  expect(at, told).not.toContain(-1);
  expect(at).toEqual(at.toSorted((one, two) => one - two));
});

describe('leaked --token, after the leaked client secret was replaced but not deleted at Adobe', () => {
  it.each([true, false])('names it, the stored one with its uuid: %s', async (isNoted) => {
    const leak = await startLeak();
    const uuid = leak.adobe.liveSecret(leak.leakedSecret)?.uuid;
    const SecretId = leak.world.secretId('fusion', 'client');
    const { AWSCURRENT: versionId } = await labelsOf(leak.client, SecretId);
    const colleagues = await storeInPlace(leak, isNoted);
    const exit = await leak.answer({ token: true });
    expect(exit, exit.stderr).toMatchObject({ code: 0 });
    const where = `version ${versionId} of ${SecretId}`;
    const place = `the one in ${where}`;
    const which = isNoted ? `${place} (noted as ${uuid}: compare the values first)` : place;
    expect(flat(exit.stdout)).toContain(
      `Left to people: - IMS still accepts an earlier client secret. If it has leaked, delete ${which} in the Adobe Developer Console, if it is still there, and no other; then: ims-token-rotator leaked fusion --token --now - `,
    );
    expect(exit.stdout).not.toContain(colleagues);
  });

  it('says that it could not ask IMS about it', async () => {
    const leak = await startLeak();
    await storeInPlace(leak);
    let mints = 0;
    // The first one is the renewal.
    const isLater = ({ path }: { readonly path: string }): boolean => {
      mints += path === '/ims/token/v3' ? 1 : 0;
      return path === '/ims/token/v3' && mints > 1;
    };
    leak.world.ims.faults.inject({ kind: 'server-error', status: 503 }, { when: isLater });
    const exit = await leak.answer({ token: true });
    expect(exit, exit.stderr).toMatchObject({ code: 0 });
    expect(flat(exit.stdout)).toMatch(
      /Left to people: - Whether IMS still accepts the client secret in version \S+ of \S+ is not known: IMS answered 503 [^.]*\. To ask again: ims-token-rotator leaked fusion --token --now; if that does not help, and it may have leaked, delete the one in version \S+ of \S+ \(noted as \w+: compare the values first\) in the Adobe Developer Console, if it is still there, and no other - /,
    );
  });
});

it.each([true, false])(
  'leaked --token asks IMS nothing about the retired client secret, which that would keep at Adobe, noted: %s',
  async (isNoted) => {
    const leak = await startLeak();
    const uuid = leak.adobe.liveSecret(leak.leakedSecret)?.uuid;
    const world = leak.world.secretsManager;
    if (!isNoted) {
      const document = await leak.clientDocument();
      const name = leak.world.secretId('fusion', 'client');
      await leak.client.send(
        new DeleteSecretCommand({ SecretId: name, ForceDeleteWithoutRecovery: true }),
      );
      world.seed({
        name,
        secretString: JSON.stringify({ ...document, client_secrets: [leak.leakedSecret] }),
      });
    }
    const SecretId = leak.world.secretId('fusion', 'client');
    const { AWSCURRENT: versionId } = await labelsOf(leak.client, SecretId);
    await storeInPlace(leak);
    await setRotationTag(leak, `retired uuid=${uuid} at=${inSeconds(-60)}`);
    leak.world.ims.clearTokenRequests();
    const exit = await leak.answer({ token: true });
    expect(exit, exit.stderr).toMatchObject({ code: 0 });
    // That of the renewal.
    expect(leak.world.ims.tokenRequests).toHaveLength(1);
    expect(flat(exit.stdout)).toContain(
      `Left to people: - IMS was not asked about the client secret in version ${versionId} of ${SecretId}, which may be the retired one: the function deletes that at Adobe once nobody has used it for a day, and a question would be a use. If it has leaked, delete `,
    );
  },
);
