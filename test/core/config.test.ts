import { describe, expect, it } from 'vitest';
import { isLoopback, parseConfig, parseNetworkSettings } from '../../core/config.ts';

const environment = { IMS_TOKEN_ROTATOR_NAME: 'prod', AWS_REGION: 'eu-west-1' };

describe('parseConfig', () => {
  it('requires the name and the Region, and has defaults for everything else', () => {
    expect(parseConfig({ ...environment, PATH: '/bin' })).toEqual({
      rotator: 'prod',
      prefix: 'ims-token-rotator/prod',
      clientSecrets: new Map(),
      declared: new Set(),
      tick: 900,
      region: 'eu-west-1',
      validate: false,
      concurrency: 8,
      imsRequestsPerSecond: 40,
      writesPerSecond: 40,
      shards: 1,
      shardStems: new Set(),
    });
  });

  it.each([
    ['*', ['fusion', 'firefly']],
    ['firefly', ['firefly']],
    ['firefly,fusion', ['firefly', 'fusion']],
    [undefined, undefined],
  ])('knows whose client secrets rotate (%s)', (IMS_TOKEN_ROTATOR_ROTATING, names) => {
    const IMS_TOKEN_ROTATOR_DECLARED = 'fusion,firefly';
    const given = { ...environment, IMS_TOKEN_ROTATOR_DECLARED, IMS_TOKEN_ROTATOR_ROTATING };
    expect(parseConfig(given).rotating).toEqual(names && new Set(names));
  });

  it('rejects names of rotating client secrets that are none', () => {
    const given = { ...environment, IMS_TOKEN_ROTATOR_ROTATING: 'fusion,*' };
    expect(() => parseConfig(given)).toThrow('must be credential names and commas, or *');
  });

  it('divides the requests and writes of a second among the shards, whose runs may overlap', () => {
    const writesOf = (shards: string, writes?: string): number =>
      parseConfig({
        ...environment,
        IMS_TOKEN_ROTATOR_SHARDS: shards,
        IMS_TOKEN_ROTATOR_WRITES_PER_SECOND: writes,
      }).writesPerSecond;
    expect([writesOf('4'), writesOf('7'), writesOf('10', '50')]).toEqual([10, 5, 5]);
    // A run that may write nothing would renew nothing.
    expect(writesOf('10', '3')).toBe(1);
    const { imsRequestsPerSecond } = parseConfig({
      ...environment,
      IMS_TOKEN_ROTATOR_SHARDS: '4',
      IMS_TOKEN_ROTATOR_IMS_REQUESTS_PER_SECOND: '10',
    });
    expect(imsRequestsPerSecond).toBe(2);
  });

  it.each([
    ['IMS_TOKEN_ROTATOR_SHARDS', '0', 'must be at least 1'],
    ['IMS_TOKEN_ROTATOR_SHARDS', '11', 'must be at most 10'],
    ['IMS_TOKEN_ROTATOR_SHARD_STEMS', 'customer_', 'must be beginnings of credential names'],
  ])('rejects %s=%s', (variable, value, rule) => {
    expect(() => parseConfig({ ...environment, [variable]: value })).toThrow(`${variable} ${rule}`);
  });

  it('reads every variable that is set', () => {
    const arn = 'arn:aws:secretsmanager:eu-west-1:111122223333:secret:team/adobe-AbCdEf';
    const given = {
      ...environment,
      IMS_TOKEN_ROTATOR_PREFIX: 'team/ims',
      IMS_TOKEN_ROTATOR_TICK_SECONDS: '300',
      IMS_ENDPOINT_URL: 'http://127.0.0.1:8080/',
      ADOBE_CONSOLE_ENDPOINT_URL: 'http://127.0.0.1:8081/',
      IMS_TOKEN_ROTATOR_VALIDATE: 'true',
      IMS_TOKEN_ROTATOR_CONCURRENCY: '50',
      IMS_TOKEN_ROTATOR_IMS_REQUESTS_PER_SECOND: '20',
      IMS_TOKEN_ROTATOR_WRITES_PER_SECOND: '10',
      IMS_TOKEN_ROTATOR_SHARDS: '2',
      IMS_TOKEN_ROTATOR_SHARD_STEMS: 'customer-,eu',
      IMS_TOKEN_ROTATOR_CLIENT_SECRETS: `{"fusion":"${arn}"}`,
    };
    expect(parseConfig(given)).toMatchObject({
      prefix: 'team/ims',
      tick: 300,
      imsEndpointUrl: 'http://127.0.0.1:8080',
      consoleEndpointUrl: 'http://127.0.0.1:8081',
      validate: true,
      concurrency: 50,
      imsRequestsPerSecond: 10,
      writesPerSecond: 5,
      shards: 2,
      shardStems: new Set(['customer-', 'eu']),
      clientSecrets: new Map([['fusion', arn]]),
    });
  });

  it('works on no more credentials at a time than it can store tokens for in ten seconds', () => {
    const given = {
      ...environment,
      IMS_TOKEN_ROTATOR_CONCURRENCY: '50',
      IMS_TOKEN_ROTATOR_WRITES_PER_SECOND: '8',
      IMS_TOKEN_ROTATOR_SHARDS: '2',
    };
    expect(parseConfig(given)).toMatchObject({ concurrency: 40, writesPerSecond: 4 });
  });

  it.each(['http://localhost:1', 'https://[::1]:1', 'https://ims-na1-stg1.adobelogin.com'])(
    'accepts the endpoint %s',
    (url) => {
      expect(parseConfig({ ...environment, IMS_ENDPOINT_URL: url }).imsEndpointUrl).toBe(url);
    },
  );

  it.each([
    'http://ims-na1.adobelogin.com',
    'https://adobelogin.com.example.net',
    'https://x.adobelogin.com.evil.example',
    'https://evil-adobelogin.com',
    'https://evil.example?.adobelogin.com',
    'https://evil.example/.adobelogin.com',
    'https://user@ims.adobelogin.com',
    'http://127.0.0.1.example.net',
    'http://10.0.0.1',
    'ims',
  ])('rejects the endpoint %s', (url) => {
    expect(() => parseConfig({ ...environment, IMS_ENDPOINT_URL: url })).toThrow(
      'IMS_ENDPOINT_URL must be an origin on loopback, or https under .adobelogin.com',
    );
  });

  it.each(['http://localhost:1', 'https://api.adobe.io', 'https://stage.api.adobe.io'])(
    'accepts the endpoint %s of the Console',
    (url) => {
      const config = parseConfig({ ...environment, ADOBE_CONSOLE_ENDPOINT_URL: url });
      expect(config.consoleEndpointUrl).toBe(url);
    },
  );

  it.each([
    'http://api.adobe.io',
    'https://adobe.io',
    'https://api.adobe.io.example.net',
    'https://evil-adobe.io',
    'https://graph.adobe.io',
    'https://team.runtime.adobe.io',
    'https://api.adobe.io/console',
    'https://user@api.adobe.io',
  ])('rejects the endpoint %s of the Console', (url) => {
    expect(() => parseConfig({ ...environment, ADOBE_CONSOLE_ENDPOINT_URL: url })).toThrow(
      'ADOBE_CONSOLE_ENDPOINT_URL must be an origin on loopback, or https under .adobe.io',
    );
  });

  it.each([
    'not JSON',
    '["x"]',
    '{"fusion":5}',
    '{"Fusion":"arn:aws:secretsmanager:eu-west-1:111122223333:secret:x"}',
    '{"fusion":"a/name"}',
  ])('rejects the client secrets %s', (secrets) => {
    expect(() =>
      parseConfig({ ...environment, IMS_TOKEN_ROTATOR_CLIENT_SECRETS: secrets }),
    ).toThrow(
      'IMS_TOKEN_ROTATOR_CLIENT_SECRETS must be a JSON object of credential names and ARNs of secrets',
    );
  });

  it.each(['ftp://proxy.example.com', 'http://user:100%@proxy.example.com:8080'])(
    'rejects the proxy %s without showing it',
    (url) => {
      for (const variable of ['HTTPS_PROXY', 'https_proxy']) {
        const parse = (): unknown => parseConfig({ ...environment, [variable]: url });
        expect(parse).toThrow(
          expect.objectContaining({
            code: 'ERR_CONFIG_INVALID',
            message: expect.stringMatching(`${variable} must be a URL that begins with http`),
          }),
        );
        expect(parse).not.toThrow(url);
        expect(() => parseNetworkSettings({ [variable]: url })).toThrow(
          `${variable} must be a URL`,
        );
      }
    },
  );

  it('reads the proxy and the secret with its password', () => {
    const secret = 'arn:aws:secretsmanager:eu-west-1:111122223333:secret:proxy-AbCdEf';
    const variables = { HTTPS_PROXY: 'proxy:8080', IMS_TOKEN_ROTATOR_PROXY_SECRET: secret };
    const config = parseConfig({ ...environment, ...variables });
    expect(config.proxy?.url.reveal()).toBe('http://proxy:8080');
    expect(config.proxySecret).toBe(secret);
    expect(() =>
      parseConfig({ ...environment, IMS_TOKEN_ROTATOR_PROXY_SECRET: 'user:password' }),
    ).toThrow('IMS_TOKEN_ROTATOR_PROXY_SECRET must be the ARN of a secret');
  });

  it('rejects an environment that trusts every certificate', () => {
    const rejected = 'NODE_TLS_REJECT_UNAUTHORIZED must not be 0';
    const trusting = { NODE_TLS_REJECT_UNAUTHORIZED: '0' };
    expect(() => parseConfig({ ...environment, ...trusting })).toThrow(rejected);
    expect(() => parseNetworkSettings(trusting)).toThrow(rejected);
    // Node.js takes any other value for no.
    for (const value of ['', '1', 'false']) {
      const strict = { NODE_TLS_REJECT_UNAUTHORIZED: value };
      expect(() => parseConfig({ ...environment, ...strict })).not.toThrow();
      expect(() => parseNetworkSettings(strict)).not.toThrow();
    }
  });

  it.each(['http://localhost:4566', 'http://127.0.0.1:1/path', 'http://[::1]:1', 'https://x.test'])(
    'accepts the AWS endpoint %s',
    (url) => {
      expect(() => parseConfig({ ...environment, AWS_ENDPOINT_URL: url })).not.toThrow();
      const given = { AWS_ENDPOINT_URL_SECRETS_MANAGER: url, AWS_ENDPOINT_URL_STS: '' };
      expect(parseNetworkSettings(given)).toEqual(
        new Map([['AWS_ENDPOINT_URL_SECRETS_MANAGER', url]]),
      );
    },
  );

  it.each(['http://10.0.0.1', 'http://localhost.example.com', 'http://127.0.0.1@evil.test', 'aws'])(
    'rejects the AWS endpoint %s, because requests to it carry secrets',
    (url) => {
      for (const variable of ['AWS_ENDPOINT_URL', 'AWS_ENDPOINT_URL_SECRETS_MANAGER']) {
        expect(() => parseConfig({ ...environment, [variable]: url })).toThrow(
          `${variable} must be an https URL, or one on loopback`,
        );
      }
      expect(() => parseNetworkSettings({ AWS_ENDPOINT_URL_LAMBDA: url })).toThrow(
        'AWS_ENDPOINT_URL_LAMBDA must be an https URL, or one on loopback',
      );
    },
  );

  it('lists every problem by variable', () => {
    const bad = {
      IMS_TOKEN_ROTATOR_NAME: 'a b',
      IMS_TOKEN_ROTATOR_PREFIX: '/x',
      IMS_TOKEN_ROTATOR_TICK_SECONDS: '5',
      IMS_TOKEN_ROTATOR_VALIDATE: 'yes',
      IMS_TOKEN_ROTATOR_CONCURRENCY: '51',
      IMS_TOKEN_ROTATOR_WRITES_PER_SECOND: 'many',
      https_proxy: 'http://user:pa ss@proxy:99999',
    };
    expect(() => parseConfig(bad)).toThrow(
      expect.objectContaining({
        code: 'ERR_CONFIG_INVALID',
        message:
          "the function's environment is invalid: IMS_TOKEN_ROTATOR_NAME must be letters, digits " +
          'and hyphens, 1 to 128 characters, not starting with a hyphen; ' +
          'IMS_TOKEN_ROTATOR_PREFIX must be parts of letters, digits and _+=.@- joined by single ' +
          'slashes, at most 400 characters; ' +
          'IMS_TOKEN_ROTATOR_TICK_SECONDS must be at least 60; ' +
          'IMS_TOKEN_ROTATOR_CONCURRENCY must be at most 50; ' +
          'IMS_TOKEN_ROTATOR_WRITES_PER_SECOND must be a whole number; ' +
          'IMS_TOKEN_ROTATOR_VALIDATE must be true or false; AWS_REGION is missing; ' +
          'https_proxy must be a URL that begins with http:// or https://, with a % in its password as %25',
      }),
    );
  });
});

describe('the endpoints of AWS in an environment', () => {
  it('are those of all services and of single ones, and nothing else', () => {
    const environment = {
      AWS_ENDPOINT_URL: 'https://all.test',
      AWS_ENDPOINT_URL_STS: 'http://127.0.0.1:1',
      AWS_ENDPOINT_URL_S3: '',
      MY_AWS_ENDPOINT_URL: 'http://mine.test',
      AWS_ENDPOINT_URLS: 'http://several.test',
    };
    expect([...parseNetworkSettings(environment)]).toEqual([
      ['AWS_ENDPOINT_URL', 'https://all.test'],
      ['AWS_ENDPOINT_URL_STS', 'http://127.0.0.1:1'],
    ]);
    expect(() => parseNetworkSettings({ AWS_ENDPOINT_URL_STS: 'http://sts.test' })).toThrow(
      'the environment is invalid: AWS_ENDPOINT_URL_STS must be an https URL, or one on loopback',
    );
  });

  it('may be empty, as if they were not set', () => {
    expect(parseConfig({ ...environment, AWS_ENDPOINT_URL: '' }).region).toBeDefined();
  });

  it.each(['', 'nonsense', 'https://example.com', 'http://localhost.example.com'])(
    'are not on this machine: %j',
    (url) => {
      expect(isLoopback(url)).toBe(false);
    },
  );
});
