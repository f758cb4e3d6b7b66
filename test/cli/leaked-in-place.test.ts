import { expect, it } from 'vitest';
import { type LeakWorld, startLeak, textOf } from './leak-world.ts';
import { fileWith } from './operator.ts';

const flat = (text: string): string => text.replaceAll(/\s+/g, ' ').trim();

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

/** Adobe has a second client secret, which a colleague uses. */
function addColleagues({ adobe, secrets }: LeakWorld) {
  const colleagues = adobe.addSecret('p8e-of-a-colleague-0123456789');
  colleagues.recordUse(Date.now());
  secrets.add(colleagues.value);
  return colleagues;
}

/** The colleague's client secret is stored in the place of the leaked one, as `leaked` says. */
async function storeInPlace(leak: LeakWorld): Promise<string> {
  const { uuid, value } = addColleagues(leak);
  expect(textOf(await leak.answer())).toMatch(/^ERR_CLIENT_SECRET_LIMIT /);
  const client_secrets = [{ client_secret: value, uuid }];
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
    `${when}give the new client secret to whoever else used the leaked one, which Adobe refuses. Other credentials of rotators that have the same client are not known here: for each, ims-token-rotator put-credential OTHER FILE; then: ims-token-rotator leaked OTHER --token; FILE holds what ${leak.world.secretId('fusion', 'client')} holds now.`,
    `${when}tokens that somebody minted with the leaked secret are not known here, and last up to a day: have Adobe support invalidate all tokens of the client ${leak.adobe.clientId}; that ends the good ones, too, so replace those right after it: ims-token-rotator renew fusion --force; and for every other credential of this client: ims-token-rotator renew OTHER --force - `,
  ];
  const told = flat(exit.stdout);
  const at = steps.map((step) => told.indexOf(step));
  expect(at, told).not.toContain(-1);
  expect(at).toEqual(at.toSorted((one, two) => one - two));
});
