import { PutSecretValueCommand } from '@aws-sdk/client-secrets-manager';
import { describe, expect, it } from 'vitest';
import { labelsOf } from '../support/start-rotating.ts';
import { type LeakWorld, startLeak, textOf } from './leak-world.ts';
import { inSeconds } from './operator.ts';
import { checksOf } from './patient.ts';

type Form = (accessToken: string, clientId: string) => string;

/** As the runbook has people mint by hand. */
const byHand: Form = (access_token, client_id) =>
  JSON.stringify({
    access_token,
    issued_at: inSeconds(0),
    expires_at: inSeconds(86_400),
    client_id,
  });

const response: Form = (access_token) => JSON.stringify({ access_token, expires_in: 86_399 });

/** The time zone is wrong, and the name stands in the place of the client id. */
const wrong: Form = (access_token) =>
  JSON.stringify({
    access_token,
    issued_at: inSeconds(-90_000),
    expires_at: inSeconds(-3_600),
    client_id: 'fusion',
  });

const ofHost: Form = (accessToken, clientId) =>
  JSON.stringify({
    ...JSON.parse(byHand(accessToken, clientId)),
    ims_host: 'ims-na1-stg1.adobelogin.com',
  });

/** Beside another one. */
const second: Form = (previous_access_token, client_id) =>
  JSON.stringify({ ...JSON.parse(byHand('of-no-use', client_id)), previous_access_token });

/** Somebody mints a token with the stored credential, and stores it. */
async function storeByHand(leak: LeakWorld, form: Form): Promise<string> {
  const { world, client, leakedSecret, secrets } = leak;
  const { client_id } = await leak.clientDocument();
  const body = new URLSearchParams({
    grant_type: 'client_credentials',
    client_id,
    client_secret: leakedSecret,
    scope: 'openid',
  });
  const answer = await fetch(`${world.ims.url}/ims/token/v3`, { method: 'POST', body });
  const { access_token } = (await answer.json()) as { readonly access_token: string };
  secrets.add(access_token);
  const SecretId = world.secretId('fusion', 'token');
  const SecretString = form(access_token, client_id);
  await client.send(new PutSecretValueCommand({ SecretId, SecretString }));
  return access_token;
}

describe.each<[string, Form]>([
  ['as the runbook says', byHand],
  ["as IMS's response", response],
  ['with wrong notes', wrong],
  ['as another one', second],
  ['as it is', (accessToken) => accessToken],
  ['in a text', (accessToken) => `export TOKEN="${accessToken}"\n`],
  ['in a URL', (accessToken) => `https://acme.my.workfront.com/?auth=Bearer%20${accessToken}`],
  ['after an underscore', (accessToken) => `Bearer_${accessToken}`],
  ['after another start of one', (accessToken) => `keyJob_${accessToken}`],
  ['in an escaped text', (accessToken) => JSON.stringify({ env: `# token\n${accessToken}\n` })],
  ['with an escape before it', (accessToken) => `{"env":"TOKEN\\u003d${accessToken}"}`],
  ['with an escape in it', (accessToken) => JSON.stringify(accessToken).replace('.', '\\u002e')],
  ['with the host of another', ofHost],
])('leaked invalidates a token that is stored by hand %s', (_, form) => {
  it('and in use', async () => {
    const leak = await startLeak();
    const token = await storeByHand(leak, form);
    const exit = await leak.answer();
    expect(exit, exit.stderr).toMatchObject({ code: 0 });
    expect(leak.world.ims.isValid(token)).toBe(false);
    expect(leak.adobe.liveSecret(leak.leakedSecret)).toBeUndefined();
  });

  it.each([true, false])('and was replaced since: %s', async (isReplaced) => {
    const leak = await startLeak();
    const token = await storeByHand(leak, form);
    const labels = await labelsOf(leak.client, leak.world.secretId('fusion', 'token'));
    const replaces = labels['AWSCURRENT'];
    const renewal = { action: 'renew', credential: 'fusion', force: true, replaces };
    if (isReplaced) await leak.invoke(renewal);
    const exit = await leak.answer({ token: true });
    expect(exit, exit.stderr).toMatchObject({ code: 0 });
    expect(leak.world.ims.isValid(token)).toBe(false);
  });
});

const unknownForms: readonly [string, Form][] = [
  ['in base64', (accessToken) => Buffer.from(accessToken).toString('base64')],
  ['that has no form', () => JSON.stringify({ token: 'an-opaque-token-value' })],
];

describe.each(unknownForms)('leaked finds no token %s', (_, form) => {
  it('and says which version may hold one', async () => {
    const leak = await startLeak();
    await storeByHand(leak, form);
    const SecretId = leak.world.secretId('fusion', 'token');
    const id = (await labelsOf(leak.client, SecretId))['AWSCURRENT'];
    const exit = await leak.answer();
    expect(exit, exit.stderr).toMatchObject({ code: 0 });
    expect(exit.stdout.replaceAll(/\s+/g, ' ')).toContain(
      `Version ${id} of ${SecretId} could not be decrypted, or holds no token in a form that is known: the tokens there may be valid`,
    );
  });

  it('and does not call what was the current version useless', async () => {
    const leak = await startLeak();
    await storeByHand(leak, form);
    const exit = await leak.answer({ token: true });
    expect(exit).toMatchObject({ code: 1 });
    expect(textOf(exit)).toMatch(
      /^ERR_LEAK_UNPROVEN .* version \S+ of .* holds no token in a form that is known, and what it holds may be valid \(.*\) → have Adobe support invalidate all tokens/,
    );
  });
});

it('leaked does not take a short value for a token', async () => {
  const leak = await startLeak();
  await storeByHand(leak, () => 'PLACEHOLDER');
  const exit = await leak.answer({ token: true });
  expect(exit, exit.stderr).toMatchObject({ code: 0 });
});

it('doctor tests a token that is stored by hand as the runbook says', async () => {
  const leak = await startLeak();
  await storeByHand(leak, byHand);
  const checks = await checksOf(leak, 'fusion');
  for (const name of ['stored value', 'token at IMS']) {
    expect(checks.find(name)).toMatchObject({ verdict: 'ok' });
  }
});
