import { describe, expect, it } from 'vitest';
import { labelsOf } from '../support/start-rotating.ts';
import { startLeak } from './leak-world.ts';
import { checksOf } from './patient.ts';
import { byHand, type Form, response, storeByHand, wrong } from './stored-by-hand.ts';

const ofHost: Form = (accessToken, clientId) =>
  JSON.stringify({
    ...JSON.parse(byHand(accessToken, clientId)),
    ims_host: 'ims-na1-stg1.adobelogin.com',
  });

/** Beside another one. */
const second: Form = (previous_access_token, client_id) =>
  JSON.stringify({ ...JSON.parse(byHand('of-no-use', client_id)), previous_access_token });

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
  ['in underscores', (accessToken) => `token: _${accessToken}_`],
  ['before a hyphen', (accessToken) => `${accessToken}-prod`],
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

describe.each<[string, Form]>([
  ['as the runbook says', byHand],
  ["as IMS's response", response],
  ['with wrong notes', wrong],
])('leaked invalidates an opaque token that is stored by hand %s', (_, form) => {
  it.each([true, false])('with --token %s', async (isTokenOnly) => {
    const leak = await startLeak();
    leak.world.ims.faults.inject({ kind: 'opaque-token' }, { times: 1 });
    const token = await storeByHand(leak, form);
    const exit = await leak.answer({ token: isTokenOnly });
    expect(exit, exit.stderr).toMatchObject({ code: 0 });
    expect(leak.world.ims.isValid(token)).toBe(false);
  });
});

it('doctor tests a token that is stored by hand as the runbook says', async () => {
  const leak = await startLeak();
  await storeByHand(leak, byHand);
  const checks = await checksOf(leak, 'fusion');
  for (const name of ['stored value', 'token at IMS']) {
    expect(checks.find(name)).toMatchObject({ verdict: 'ok' });
  }
});
