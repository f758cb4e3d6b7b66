import { expect, it, onTestFinished, vi } from 'vitest';
import { Sensitive } from '../../../core/sensitive.ts';
import { ImsEmulator } from '../../../emulators/ims/emulator.ts';
import { ImsOnDemand } from '../../../lambda/adapters/ims-on-demand.ts';
import { ImsTokenEndpoint } from '../../../lambda/adapters/ims-token-endpoint.ts';
import { timeouts } from '../../../lambda/steps/budget.ts';

const never = new AbortController().signal;

const grant = {
  imsHost: 'ims-na1.adobelogin.com',
  clientId: 'the-client-id',
  clientSecret: new Sensitive('p8e-the-client-secret'),
  scopes: ['openid'],
};

async function start({ isReusable = true } = {}) {
  const ims = new ImsEmulator();
  await ims.start();
  onTestFinished(() => ims.stop());
  ims.registerClient({
    clientId: grant.clientId,
    clientSecrets: ['p8e-the-client-secret'],
    scopes: ['openid'],
  });
  const opened: ImsTokenEndpoint[] = [];
  const endpoint = new ImsOnDemand({
    isReusable,
    open: () => {
      opened.push(new ImsTokenEndpoint({ imsEndpointUrl: ims.url, timeouts: timeouts.ims }));
      return Promise.resolve(opened.at(-1) as ImsTokenEndpoint);
    },
  });
  onTestFinished(async () => {
    for (const each of opened) await each[Symbol.asyncDispose]();
  });
  const invoke = async (): Promise<number> => {
    await using open = await endpoint.begin();
    return (await open.request(grant, never)).status;
  };
  return { ims, endpoint, opened, invoke };
}

function useClock(): void {
  vi.useFakeTimers({ toFake: ['Date'] });
  onTestFinished(() => {
    vi.useRealTimers();
  });
}

it('loads no HTTP client for an invocation without a request', async () => {
  const { endpoint, opened } = await start();
  {
    await using _ = await endpoint.begin();
  }
  expect(opened).toHaveLength(0);
});

it('loads it once, also if it is told before that a request will follow', async () => {
  const { endpoint, opened } = await start();
  await using open = await endpoint.begin();
  open.prepare();
  open.prepare();
  await Promise.all([open.request(grant, never), open.request(grant, never)]);
  expect(opened).toHaveLength(1);
});

it('keeps it for an invocation that follows at once', async () => {
  useClock();
  const { opened, invoke } = await start();
  expect([await invoke(), await invoke()]).toEqual([200, 200]);
  expect(opened).toHaveLength(1);
});

it('does not use it after a freeze', async () => {
  useClock();
  const { opened, invoke } = await start();
  await invoke();
  vi.setSystemTime(Date.now() + 900_000);
  expect(await invoke()).toBe(200);
  expect(opened).toHaveLength(2);
});

it('does not keep it after a failure, whose request may still be in flight', async () => {
  useClock();
  const { ims, opened, invoke } = await start();
  ims.faults.inject({ kind: 'reset' }, { times: 1 });
  await expect(invoke()).rejects.toMatchObject({ code: 'ERR_TOKEN_UNAVAILABLE' });
  expect(await invoke()).toBe(200);
  expect(opened).toHaveLength(2);
});

it('does not keep it if nothing may be kept', async () => {
  useClock();
  const { opened, invoke } = await start({ isReusable: false });
  await invoke();
  await invoke();
  expect(opened).toHaveLength(2);
});
