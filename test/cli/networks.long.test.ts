import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { mkdir, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { type ClosedNetwork, startClosedNetwork } from '../support/closed-network.ts';
import { RunningProcess } from '../support/run-process.ts';
import { temporaryDirectory } from '../support/temporary-directory.ts';
import { fileWith, type Operator, program } from './operator.ts';
import { blindChecksOf, checksOf, startHealthy } from './patient.ts';

const password = 'p@ss:w/rd%1';
const user = { name: 'us@er', password };

/** The user name and password, as they belong into a URL. */
const inUrl = `us%40er:${encodeURIComponent(password)}`;

type Office = Operator & ClosedNetwork;

/** An operator whose shell reaches AWS and Adobe only through the company's proxy. */
async function startOffice(
  options: { readonly user?: typeof user; readonly secure?: boolean } = {},
): Promise<Office> {
  const operator = await startHealthy();
  const { aws, ims, productApi } = operator.world;
  const servers = {
    'amazonaws.com': () => aws,
    'adobelogin.com': () => ims,
    'adobe.io': () => productApi,
  };
  const network = await startClosedNetwork({ servers, ...options });
  const { environment, secrets } = operator;
  delete environment['AWS_ENDPOINT_URL'];
  delete environment['IMS_ENDPOINT_URL'];
  environment['HTTPS_PROXY'] = network.proxy.url.replace('://', `://${inUrl}@`);
  environment['AWS_CA_BUNDLE'] = network.caFile;
  secrets.add(password).add(encodeURIComponent(password));
  return { ...operator, ...network };
}

const api = [
  '--api',
  'https://fusion.adobe.io/api/v3/scenarios',
  ...['x-organization-id: 1', 'x-gw-region: or2'].flatMap((line) => ['--api-header', line]),
];

const services = [
  'cloudtrail',
  'kms',
  'lambda',
  'monitoring',
  'scheduler',
  'secretsmanager',
  'sns',
];
const hostOf = (service: string): string => `${service}.us-east-1.amazonaws.com:443`;

/** The error of a command that calls AWS once. */
async function errorOf(operator: Operator): Promise<unknown> {
  const { code, stdout } = await operator.cli('status', '--rotator', 'local', '--json');
  expect(code).toBe(1);
  return JSON.parse(stdout).error;
}

describe('behind a proxy', () => {
  it.each([
    ['with a password', { user }],
    ['without a password', {}],
    ['that is called over TLS', { user, secure: true }],
  ])('%s, doctor reaches AWS, IMS and the product', async (_, options) => {
    const office = await startOffice(options);
    const { proxy, caFile } = office;
    const { code, find } = await checksOf(office, 'fusion', '--mint', ...api);
    expect(code).toBe(0);
    expect(find('network')).toMatchObject({
      verdict: 'ok',
      detail: `through the proxy ${new URL(proxy.url).host}; also trusts the certificates in ${caFile} (AWS_CA_BUNDLE)`,
    });
    for (const title of ['AWS credentials', 'function', 'IMS', 'token at IMS', 'mint', 'product']) {
      expect(find(title)).toMatchObject({ verdict: 'ok' });
    }
    expect(proxy.refused).toEqual([]);
    const reached = new Set(proxy.tunnels);
    const expected = services.filter((service) => !['cloudtrail', 'kms'].includes(service));
    for (const service of [...expected, 'sts']) expect(reached).toContain(hostOf(service));
    expect(reached).toContain('ims-na1.adobelogin.com:443');
    expect(reached).toContain('fusion.adobe.io:443');
  });

  it('the commands that change something work too', async () => {
    const office = await startOffice({ user });
    const { environment, proxy } = office;
    environment['https_proxy'] = environment['HTTPS_PROXY']?.replace('http://', '') ?? '';
    delete environment['HTTPS_PROXY'];
    expect(await office.cli('renew', 'fusion', '--force')).toMatchObject({ code: 0, stderr: '' });
    expect(await office.cli('pause', 'fusion')).toMatchObject({ code: 0 });
    expect(await office.cli('offboard', 'fusion', '--yes')).toMatchObject({ code: 0 });
    expect(new Set(proxy.tunnels)).toEqual(
      new Set(['cloudtrail', 'lambda', 'secretsmanager', 'sts'].map(hostOf)),
    );
  });

  it.each([
    ['127.0.0.1', []],
    ['127.0.0.1,adobelogin.com', []],
    ['ims.example.com', ['127.0.0.1']],
  ])('NO_PROXY=%s excepts what it names', async (exceptions, viaProxy) => {
    const office = await startOffice();
    const { environment, proxy, directUrl } = office;
    environment['AWS_ENDPOINT_URL'] = directUrl('amazonaws.com');
    environment['NO_PROXY'] = exceptions;
    const find = await blindChecksOf(office);
    expect(find('network').detail).toContain(
      `, except for ${exceptions.replace(',', ', ')}; also trusts`,
    );
    const { verdict } = find('AWS credentials');
    // The proxy knows no route to loopback.
    expect(verdict).toBe(viaProxy.length === 0 ? 'ok' : 'unknown');
    expect([...proxy.tunnels, ...proxy.refused].map((host) => host.split(':')[0])).toEqual(
      expect.arrayContaining(viaProxy),
    );
    expect(proxy.tunnels).toEqual([]);
  });

  it('a wrong password is an error that says where the right one belongs', async () => {
    const office = await startOffice({ user });
    office.environment['HTTPS_PROXY'] = office.proxy.url.replace('://', '://us%40er:wrong@');
    expect(await errorOf(office)).toMatchObject({
      code: 'ERR_AWS_PROXY',
      message: 'the proxy answers 407, for lambda:ListFunctions',
      fix: expect.stringContaining('HTTPS_PROXY=http://user:password@host:port'),
    });
    expect(office.proxy.tunnels).toEqual([]);
  });

  it('a host that the proxy forbids is an error that says what to allow', async () => {
    const office = await startOffice();
    office.proxy.refusal = 403;
    expect(await errorOf(office)).toMatchObject({
      code: 'ERR_AWS_PROXY',
      message: 'the proxy answers 403, for lambda:ListFunctions',
      fix: expect.stringContaining('NO_PROXY=amazonaws.com'),
    });
  });

  it('a proxy that was taken for one that speaks TLS is told from a wrong certificate', async () => {
    const office = await startOffice();
    office.environment['HTTPS_PROXY'] = office.proxy.url.replace('http:', 'https:');
    expect(await errorOf(office)).toMatchObject({
      code: 'ERR_AWS_PROXY',
      message: 'the proxy answers without TLS, for lambda:ListFunctions',
      fix: expect.stringMatching(/^correct HTTPS_PROXY/),
    });
  });

  it('a proxy that cannot be connected to is told from AWS', async () => {
    const office = await startOffice();
    office.environment['HTTPS_PROXY'] = 'proxy.invalid:3128';
    expect(await errorOf(office)).toMatchObject({
      code: 'ERR_AWS_PROXY',
      message: 'the proxy is unreachable: ENOTFOUND, for lambda:ListFunctions',
    });
  });

  it.each([
    [200, 'ERR_AWS_PROXY', 'the response to lambda:ListFunctions is not from AWS: HTTP 200'],
    [403, 'ERR_AWS_PROXY', 'the response to lambda:ListFunctions is not from AWS: HTTP 403'],
    [503, 'ERR_AWS_UNAVAILABLE', 'lambda:ListFunctions failed for now: HTTP 503'],
  ])(
    'a page of a web filter (%i) is not taken for an error of AWS',
    async (status, code, message) => {
      const operator = await startHealthy();
      const filter = createServer((_, response) => {
        response.writeHead(status, { 'content-type': 'text/html' }).end('<html>blocked</html>');
      }).listen(0, '127.0.0.1');
      onTestFinished(() => void filter.close());
      await once(filter, 'listening');
      const { port } = filter.address() as AddressInfo;
      operator.environment['AWS_ENDPOINT_URL'] = `http://127.0.0.1:${port}`;
      expect(await errorOf(operator)).toMatchObject({ code, message });
      const find = await blindChecksOf(operator);
      expect(find('AWS credentials').detail).toContain(
        message.replace('lambda:ListFunctions', 'sts:GetCallerIdentity'),
      );
    },
  );

  it('doctor says so when only HTTP_PROXY is set, which is not for https', async () => {
    const operator = await startHealthy();
    operator.environment['HTTP_PROXY'] = 'http://127.0.0.1:9';
    const { find } = await checksOf(operator);
    expect(find('network')).toMatchObject({
      verdict: 'ok',
      detail: 'direct; HTTP_PROXY is not for https: set HTTPS_PROXY to use a proxy',
    });
    expect(find('AWS credentials').verdict).toBe('ok');
  });

  it('a name that does not resolve hints at the proxy', async () => {
    const operator = await startHealthy();
    operator.environment['AWS_ENDPOINT_URL'] = 'https://aws.invalid';
    expect(await errorOf(operator)).toMatchObject({
      code: 'ERR_AWS_UNRESOLVED',
      fix: expect.stringContaining('HTTPS_PROXY'),
    });
  });
});

describe('credentials that come from a service', () => {
  async function withProfile(office: Office, profile: string): Promise<Record<string, string>> {
    const home = await temporaryDirectory();
    const config = join(home, 'config');
    await writeFile(config, profile);
    const { environment } = office;
    delete environment['AWS_ACCESS_KEY_ID'];
    delete environment['AWS_SECRET_ACCESS_KEY'];
    return Object.assign(environment, { HOME: home, AWS_CONFIG_FILE: config });
  }

  it('of a role are requested from STS through the proxy', async () => {
    const office = await startOffice({ user });
    await withProfile(
      office,
      [
        '[profile base]',
        'aws_access_key_id = base',
        'aws_secret_access_key = base',
        '[profile role]',
        'role_arn = arn:aws:iam::111122223333:role/operator',
        'source_profile = base',
      ].join('\n'),
    );
    await office.cli('status', '--rotator', 'local', '--profile', 'role');
    expect(office.proxy.tunnels).toContain(hostOf('sts'));
  });

  it.each([
    ['sso_start_url = https://company.awsapps.com/start', 'https://company.awsapps.com/start'],
    ['sso_session = company', 'company'],
  ])('of IAM Identity Center (%s) are requested through the proxy', async (sso, cacheKey) => {
    const office = await startOffice({ user });
    const { HOME = '' } = await withProfile(
      office,
      [
        '[sso-session company]',
        'sso_start_url = https://company.awsapps.com/start',
        'sso_region = us-east-1',
        '[profile sso]',
        sso,
        'sso_region = us-east-1',
        'sso_account_id = 111122223333',
        'sso_role_name = Operator',
      ].join('\n'),
    );
    const cache = join(HOME, '.aws/sso/cache');
    await mkdir(cache, { recursive: true });
    const file = `${createHash('sha1').update(cacheKey).digest('hex')}.json`;
    const expiresAt = new Date(Date.now() + 3_600_000).toISOString();
    await writeFile(join(cache, file), JSON.stringify({ accessToken: 'sso-token', expiresAt }));
    await office.cli('status', '--rotator', 'local', '--profile', 'sso');
    expect(office.proxy.tunnels).toEqual(['portal.sso.us-east-1.amazonaws.com:443']);
    office.proxy.refusal = 407;
    const { stderr } = await office.cli('status', '--rotator', 'local', '--profile', 'sso');
    expect(stderr.replaceAll(/\s+/g, ' ')).toContain('check HTTPS_PROXY and AWS_CA_BUNDLE');
  });
});

describe("a company's certificate authority", () => {
  it('is trusted by NODE_EXTRA_CA_CERTS', async () => {
    const office = await startOffice();
    const { environment, caFile } = office;
    delete environment['AWS_CA_BUNDLE'];
    environment['NODE_EXTRA_CA_CERTS'] = caFile;
    const { code, find } = await checksOf(office, 'fusion');
    expect(code).toBe(0);
    expect(find('network').detail).toContain(`in ${caFile} (NODE_EXTRA_CA_CERTS)`);
    expect(find('IMS').verdict).toBe('ok');
  });

  it('is trusted by ca_bundle of the profile', async () => {
    const office = await startOffice();
    const { environment, caFile } = office;
    delete environment['AWS_CA_BUNDLE'];
    const config = await fileWith(
      `[profile work]\nca_bundle = ${caFile}\naws_access_key_id = a\naws_secret_access_key = b\n`,
    );
    environment['AWS_CONFIG_FILE'] = config;
    delete environment['AWS_ACCESS_KEY_ID'];
    delete environment['AWS_SECRET_ACCESS_KEY'];
    const { code, find } = await checksOf(office, 'fusion', '--profile', 'work');
    expect(code).toBe(0);
    expect(find('network').detail).toContain(`in ${caFile} (ca_bundle)`);
  });

  it('that nobody named is an error that says how to name it', async () => {
    const office = await startOffice();
    delete office.environment['AWS_CA_BUNDLE'];
    expect(await errorOf(office)).toMatchObject({
      code: 'ERR_AWS_CERTIFICATE',
      message: expect.stringMatching(/^untrusted TLS certificate: UNABLE_TO_/),
      fix: expect.stringContaining('AWS_CA_BUNDLE=FILE'),
    });
  });

  it('that doctor needs only for IMS is named beside IMS', async () => {
    const office = await startOffice();
    const { environment, world } = office;
    delete environment['AWS_CA_BUNDLE'];
    environment['AWS_ENDPOINT_URL'] = world.aws.url;
    const { code, find } = await checksOf(office, 'fusion');
    expect(code).toBe(1);
    expect(find('IMS')).toMatchObject({
      verdict: 'failed',
      fix: expect.stringContaining('AWS_CA_BUNDLE=FILE'),
    });
  });

  const begin = '-----BEGIN CERTIFICATE-----';
  it.each([
    ['AWS_CA_BUNDLE', undefined, 'cannot be read: ENOENT'],
    ['NODE_EXTRA_CA_CERTS', undefined, 'cannot be read: ENOENT'],
    ['AWS_CA_BUNDLE', '0\u0082\u0001\u000a', 'holds no certificate in PEM form'],
    ['NODE_EXTRA_CA_CERTS', 'not PEM', 'holds no certificate in PEM form'],
    ['AWS_CA_BUNDLE', `${begin}\nAAAA\n-----END CERTIFICATE-----`, 'has a broken certificate'],
  ])('%s with the content %j is an error that names the variable', async (name, text, problem) => {
    const file = text === undefined ? '/does/not/exist.pem' : await fileWith(text);
    const environment = { AWS_ENDPOINT_URL: 'http://127.0.0.1:9', AWS_REGION: 'us-east-1' };
    const args = ['status', '--json'];
    const { code, stdout } = await new RunningProcess(program, args, {
      ...environment,
      [name]: file,
    }).exit();
    expect(code).toBe(1);
    expect(JSON.parse(stdout).error).toMatchObject({
      code: 'ERR_CONFIG_INVALID',
      message: expect.stringContaining(`${name}: ${file} ${problem}`),
    });
  });
});
