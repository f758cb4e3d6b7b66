import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { describe, expect, it } from 'vitest';
import { ImsTokenRotator, type ImsTokenRotatorProxyOptions } from '../../infra/index.ts';
import { type ClosedNetwork, startClosedNetwork } from '../support/closed-network.ts';
import {
  type DeployedRotator,
  deploy,
  type Servers,
  startDeployment,
} from '../support/deployed-rotator.ts';
import { expectNoSecrets } from '../support/no-secrets.ts';

const user = { name: 'us@er', password: 'p@ss:w/rd%1' };
const proxySecretArn = 'arn:aws:secretsmanager:us-east-1:111122223333:secret:team/proxy-AbCdEf';

const aws = 'secretsmanager.us-east-1.amazonaws.com:443';
const ims = 'ims-na1.adobelogin.com:443';

interface Company {
  readonly proxy?: Partial<ImsTokenRotatorProxyOptions> | undefined;
  /** False for a function without the company's certificate authority. @default true */
  readonly trusted?: boolean | undefined;
  /** The value of the proxy's secret; the proxy then asks for the password. @default no secret */
  readonly secretString?: string | undefined;
}

interface Deployed extends DeployedRotator, ClosedNetwork {
  /** Runs a tick, and returns how it failed: the name and message of its error. */
  readonly failedTick: () => Promise<unknown>;
}

/** Deploys a rotator, with one credential that has no token yet, into a company's network. */
async function deployInto({ proxy, trusted = true, secretString }: Company): Promise<Deployed> {
  const servers: Partial<Servers> = {};
  const started = (name: keyof Servers) => () => servers[name] ?? { url: '' };
  const hasPassword = secretString !== undefined;
  const network = await startClosedNetwork({
    servers: { 'amazonaws.com': started('secretsManager'), 'adobelogin.com': started('ims') },
    user: hasPassword ? user : undefined,
  });
  const deployment = deploy((stack) => {
    const credentials = Secret.fromSecretCompleteArn(stack, 'ProxySecret', proxySecretArn);
    const withPassword = { credentials, exceptions: ['127.0.0.1'] };
    const rotator = new ImsTokenRotator(stack, 'Rotator', {
      alarms: { enabled: false },
      proxy: { url: network.proxy.url, ...(hasPassword ? withPassword : {}), ...proxy },
      caCertificates: trusted ? network.caFile : undefined,
    });
    rotator.addCredential('fusion');
  });
  const rotator = await startDeployment(deployment, undefined, (running) => {
    Object.assign(servers, running);
    running.secretsManager.seed({ name: 'team/proxy', arnSuffix: 'AbCdEf', secretString });
    // Before the event rule exists, which would renew the token at the same time as the tick.
    storeCredential(running);
    // Stands for a VPC endpoint, to which Secrets Manager's own name resolves in the VPC.
    const endpoint = { AWS_ENDPOINT_URL_SECRETS_MANAGER: network.directUrl('amazonaws.com') };
    return Promise.resolve<Record<string, string>>(hasPassword ? endpoint : {});
  });
  const failedTick = async (): Promise<unknown> => {
    const { payload, logs } = await rotator.tick();
    const texts = [JSON.stringify(payload), ...logs].join('\n');
    expectNoSecrets(texts, [user.password, encodeURIComponent(user.password)]);
    return payload;
  };
  return { ...rotator, ...network, failedTick };
}

function storeCredential({ secretsManager, ims: issuer }: Servers): void {
  const clientSecrets = ['the-client-secret'];
  issuer.registerClient({ clientId: 'id', clientSecrets, scopes: ['openid'] });
  secretsManager.seed({
    name: 'ims-token-rotator/prod/fusion/client',
    secretString: '{"client_id":"id","client_secret":"the-client-secret","scope":"openid"}',
  });
}

const renewed = { payload: { outcomes: { renewed: 1 } } };

describe('a function in a closed network', () => {
  it('reaches AWS and IMS through a proxy that inspects TLS', async () => {
    const { tick, proxy } = await deployInto({});
    expect(await tick()).toMatchObject(renewed);
    expect(new Set(proxy.tunnels)).toEqual(new Set([aws, ims]));
  });

  it('reads the password of the proxy from its secret, only when it goes through it', async () => {
    const secretString = JSON.stringify({ username: user.name, password: user.password });
    const { tick, proxy, secretsManager, denied } = await deployInto({ secretString });
    expect(await tick()).toMatchObject(renewed);
    expect(proxy.tunnels).toEqual([ims]);
    expect(proxy.refused).toEqual([]);
    const reads = () =>
      secretsManager.calls.filter(({ secretName }) => secretName === 'team/proxy');
    expect(reads().map(({ action }) => action)).toEqual(['GetSecretValue']);
    await tick();
    expect(reads()).toHaveLength(1);
    expect(denied()).toEqual([]);
  });

  it('uses a password that was changed in the next run', async () => {
    const secretString = JSON.stringify({ username: user.name, password: 'old' });
    const { tick, failedTick, secretsManager } = await deployInto({ secretString });
    expect(await failedTick()).toMatchObject({
      errorMessage: expect.stringContaining('fusion: ERR_IMS_PROXY'),
    });
    secretsManager.seed({
      name: 'team/proxy',
      secretString: JSON.stringify({ username: user.name, password: user.password }),
    });
    secretsManager.seed({
      name: 'ims-token-rotator/prod/fusion/token',
      tags: { 'ims-token-rotator:status': 'ok' },
    });
    expect(await tick()).toMatchObject(renewed);
  });

  it('names the secret of the proxy when that holds no user name and password', async () => {
    const { failedTick, proxy } = await deployInto({ secretString: `user:${user.password}` });
    expect(await failedTick()).toMatchObject({
      errorMessage: expect.stringContaining('fusion: ERR_PROXY_SECRET_INVALID'),
    });
    expect([...proxy.tunnels, ...proxy.refused]).toEqual([]);
  });

  it('leaves the proxy out for a host that is excepted', async () => {
    const { failedTick, proxy } = await deployInto({ proxy: { exceptions: ['adobelogin.com'] } });
    await failedTick();
    expect(new Set([...proxy.tunnels, ...proxy.refused])).toEqual(new Set([aws]));
  });

  it('fails with ERR_AWS_PROXY when the proxy wants a password that nobody gave', async () => {
    const { failedTick, proxy } = await deployInto({});
    proxy.refusal = 407;
    expect(await failedTick()).toMatchObject({
      errorType: 'ERR_AWS_PROXY',
      errorMessage: expect.stringContaining('the proxy answers 407'),
    });
  });

  it("fails with ERR_AWS_CERTIFICATE without the company's certificate authority", async () => {
    const { failedTick } = await deployInto({ trusted: false });
    expect(await failedTick()).toMatchObject({ errorType: 'ERR_AWS_CERTIFICATE' });
  });
});
