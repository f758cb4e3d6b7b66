import { expect, it, onTestFinished } from 'vitest';
import { parseAddedSecret, parseSecretList } from '../../../core/console-secrets.ts';
import { Sensitive } from '../../../core/sensitive.ts';
import { consoleScopes } from '../../../emulators/console-api/admission.ts';
import { ConsoleApiEmulator } from '../../../emulators/console-api/emulator.ts';
import type { ConsoleFault } from '../../../emulators/console-api/fault.ts';
import { ImsEmulator } from '../../../emulators/ims/emulator.ts';
import { DeveloperConsole } from '../../../lambda/adapters/console-endpoint.ts';
import { ConsoleOnDemand } from '../../../lambda/adapters/console-on-demand.ts';
import { ImsTokenEndpoint } from '../../../lambda/adapters/ims-token-endpoint.ts';
import { now } from '../../support/builders.ts';

const never = new AbortController().signal;
const clientSecret = new Sensitive('p8e-the-client-secret-0');
const asked = { now, secrets: [clientSecret] };

async function start(timeout = 5) {
  const ims = new ImsEmulator();
  const consoleApi = new ConsoleApiEmulator(ims);
  await Promise.all([ims.start(), consoleApi.start()]);
  const timeouts = { connect: timeout, headers: timeout, total: timeout };
  const endpoint = new DeveloperConsole({ consoleEndpointUrl: consoleApi.url, timeouts });
  const tokens = new ImsTokenEndpoint({ imsEndpointUrl: ims.url, timeouts });
  onTestFinished(async () => {
    await Promise.all([endpoint[Symbol.asyncDispose](), tokens[Symbol.asyncDispose]()]);
    await Promise.all([ims.stop(), consoleApi.stop()]);
  });
  const [credentialId, consoleOrgId, clientId] = ['451234', '23294', 'the-client-id'];
  const clientSecrets = [clientSecret.reveal()];
  const scopes = [...consoleScopes];
  const client = ims.registerClient({
    clientId,
    clientSecrets,
    scopes,
    credentialId,
    consoleOrgId,
  });
  const grant = { imsHost: 'ims-na1.adobelogin.com', clientId, clientSecret, scopes };
  const { access_token } = JSON.parse((await tokens.request(grant, never)).body);
  const accessToken = new Sensitive(String(access_token));
  const access = { credentialId, consoleOrgId, clientId, accessToken };
  return { consoleApi, endpoint, client, access };
}

it('lists, adds and deletes the client secrets of a credential', async () => {
  const { endpoint, client, access } = await start();
  const added = parseAddedSecret(await endpoint.add(access, never), asked);
  expect(client.liveSecrets.map(({ value }) => value)).toContain(added.secret.reveal());
  const listed = parseSecretList(await endpoint.list(access, never), asked);
  expect(listed.map(({ uuid }) => uuid)).toEqual(client.liveSecrets.map(({ uuid }) => uuid));
  expect((await endpoint.remove(access, added.uuid, never)).status).toBe(204);
  expect(client.liveSecrets).toHaveLength(1);
});

it('keeps an id within its part of the path', async () => {
  const { endpoint, consoleApi, access } = await start();
  await endpoint.remove(access, '../../x?y', never);
  expect(consoleApi.requests.map(({ outcome }) => outcome)).not.toContain('deleted');
});

it('returns a refusal, with the time to wait', async () => {
  const { endpoint, consoleApi, access } = await start();
  consoleApi.faults.inject({ kind: 'throttled', retryAfter: '7' }, { times: 1 });
  expect(await endpoint.list(access, never)).toMatchObject({ status: 429, retryAfter: '7' });
});

it.each<ConsoleFault>([
  { kind: 'lost-answer' },
  { kind: 'reset' },
  { kind: 'reset-in-body' },
  { kind: 'endless-body' },
])('asks once, and fails with one code, after %j', async (fault) => {
  const { endpoint, consoleApi, access } = await start();
  consoleApi.faults.inject(fault);
  await expect(endpoint.add(access, never)).rejects.toMatchObject({
    code: 'ERR_CONSOLE_UNAVAILABLE',
    transient: true,
    message: expect.stringContaining(
      'no complete response from the Console API at http://127.0.0.1',
    ),
  });
  expect(consoleApi.requests).toHaveLength(1);
});

it('does not wait longer than its time-out, or the run', async () => {
  const { endpoint, consoleApi, access } = await start(0.2);
  consoleApi.faults.inject({ kind: 'unanswered' });
  await expect(endpoint.list(access, never)).rejects.toMatchObject({
    code: 'ERR_CONSOLE_UNAVAILABLE',
  });
  await expect(endpoint.list(access, AbortSignal.abort())).rejects.toMatchObject({
    code: 'ERR_CONSOLE_UNAVAILABLE',
  });
});

it('follows no redirect, which would get the token', async () => {
  const { endpoint, consoleApi, access } = await start();
  const location = `${consoleApi.url}/elsewhere`;
  consoleApi.faults.inject({ kind: 'redirect', status: 307, location });
  expect(await endpoint.list(access, never)).toMatchObject({ status: 307 });
  expect(consoleApi.requests).toHaveLength(1);
});

it('is opened when it is first used, once, and closed with the invocation', async () => {
  const { endpoint, client, access } = await start();
  let [opened, closed] = [0, 0];
  const opening = {
    list: endpoint.list.bind(endpoint),
    add: endpoint.add.bind(endpoint),
    remove: endpoint.remove.bind(endpoint),
    [Symbol.asyncDispose]: () => {
      closed += 1;
      return Promise.resolve();
    },
  };
  const open = () => {
    opened += 1;
    return Promise.resolve(opening);
  };
  {
    await using unused = new ConsoleOnDemand(open);
    expect([unused, opened]).toEqual([unused, 0]);
  }
  {
    await using used = new ConsoleOnDemand(open);
    const { uuid } = parseAddedSecret(await used.add(access, never), asked);
    await used.remove(access, uuid, never);
    expect((await used.list(access, never)).status).toBe(200);
  }
  expect([opened, closed, client.liveSecrets.length]).toEqual([1, 1, 1]);
  await using broken = new ConsoleOnDemand(() => Promise.reject(new Error('no such module')));
  await expect(broken.list(access, never)).rejects.toThrow('no such module');
});
