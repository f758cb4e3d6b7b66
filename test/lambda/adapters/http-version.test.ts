import { once } from 'node:events';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { expect, it, onTestFinished } from 'vitest';
import { readProxy } from '../../../core/proxy.ts';
import { Sensitive } from '../../../core/sensitive.ts';
import { ImsTokenEndpoint } from '../../../lambda/adapters/ims-token-endpoint.ts';
import { timeouts } from '../../../lambda/steps/budget.ts';
import { selfSigned } from '../../support/certificates.ts';
import { ConnectProxy } from '../../support/connect-proxy.ts';

/** An IMS that nobody trusts; it writes down the protocols that it is offered before that shows. */
async function startIms() {
  const offers: string[][] = [];
  const choose = ({ protocols }: { readonly protocols: string[] }): undefined => {
    offers.push(protocols);
  };
  const server = createServer({ ...selfSigned(), ALPNCallback: choose });
  server.on('tlsClientError', () => {});
  await once(server.listen(0, '127.0.0.1'), 'listening');
  onTestFinished(() => {
    server.close();
    server.closeAllConnections();
  });
  return { port: (server.address() as AddressInfo).port, offers };
}

it.each(['directly', 'through a proxy'])('HTTP/2 is not offered to IMS %s', async (way) => {
  const { port, offers } = await startIms();
  const proxy = new ConnectProxy({ route: () => port });
  await proxy.start();
  await using endpoint = new ImsTokenEndpoint({
    imsEndpointUrl: `https://127.0.0.1:${port}`,
    proxy: way === 'through a proxy' ? readProxy({ HTTPS_PROXY: proxy.url }) : undefined,
    timeouts: timeouts.ims,
  });
  const grant = {
    imsHost: '127.0.0.1',
    clientId: 'id',
    clientSecret: new Sensitive('p8e-0123456789abcdef'),
    scopes: ['openid'],
  };
  await expect(endpoint.request(grant, new AbortController().signal)).rejects.toThrow();
  expect(offers).toEqual([['http/1.1']]);
});
