import { describe, expect, it } from 'vitest';
import {
  isExcepted,
  isProxyUrl,
  parseProxyCredentials,
  proxyHost,
  readProxy,
  withCredentials,
} from '../../core/proxy.ts';
import { Sensitive } from '../../core/sensitive.ts';

const urlOf = (environment: Readonly<Record<string, string>>): string | undefined =>
  readProxy(environment)?.url.reveal();

describe('the proxy', () => {
  it.each([
    ['http://proxy.example.com:8080', 'http://proxy.example.com:8080'],
    ['HTTPS://proxy.example.com', 'HTTPS://proxy.example.com'],
    ['proxy.example.com:8080', 'http://proxy.example.com:8080'],
    ['localhost:3128', 'http://localhost:3128'],
    ['//proxy:1', 'http://proxy:1'],
    ['user:p%40ss@proxy:1', 'http://user:p%40ss@proxy:1'],
  ])('%s is read as %s, because curl and the AWS CLI need no scheme', (text, url) => {
    expect(isProxyUrl(text)).toBe(true);
    expect(urlOf({ HTTPS_PROXY: text })).toBe(url);
  });

  it.each([
    'http:///',
    'ftp://proxy.example.com',
    'socks5://proxy:1080',
    'http://user:100%@proxy.example.com:8080',
    'http://100%25%@proxy.example.com:8080',
    'proxy:99999',
    'http://user:12/34@proxy.example.com:8080',
    'http://user:12#34@proxy.example.com:8080',
  ])('%s is no proxy', (text) => {
    expect(isProxyUrl(text)).toBe(false);
  });

  it('is the one in lower case where the environment has both', () => {
    const both = { https_proxy: 'http://lower:1', HTTPS_PROXY: 'http://upper:1' };
    expect(urlOf(both)).toBe('http://lower:1');
    expect(urlOf({ ...both, https_proxy: '' })).toBeUndefined();
  });

  it('is none without HTTPS_PROXY, whatever HTTP_PROXY says', () => {
    expect(isProxyUrl('')).toBe(true);
    expect(urlOf({ HTTP_PROXY: 'http://proxy:1', http_proxy: 'http://proxy:1' })).toBeUndefined();
  });

  it('has the exceptions of NO_PROXY, between any commas and spaces', () => {
    const exceptionsOf = (noProxy: object) =>
      readProxy({ HTTPS_PROXY: 'http://proxy:1', ...noProxy })?.exceptions;
    expect(exceptionsOf({})).toEqual([]);
    expect(exceptionsOf({ NO_PROXY: '' })).toEqual([]);
    expect(exceptionsOf({ NO_PROXY: ' a.test, ,b.test  c.test,' })).toEqual([
      'a.test',
      'b.test',
      'c.test',
    ]);
  });

  it('is shown without its password', () => {
    const proxy = readProxy({ HTTPS_PROXY: 'http://user:the-password@proxy.example.com:8080/x' });
    expect(proxy && proxyHost(proxy)).toBe('proxy.example.com:8080');
    expect(JSON.stringify(proxy)).not.toContain('the-password');
  });

  it.each([
    ['example.com', 'example.com', 443],
    ['example.com', 'api.example.com', 443],
    ['.example.com', 'example.com', 443],
    ['.example.com', 'a.b.example.com', 443],
    ['*.example.com', 'api.example.com', 443],
    ['EXAMPLE.com', 'Api.Example.COM', 443],
    ['example.com', 'example.com.', 443],
    ['example.com:8443', 'api.example.com', 8443],
    ['other.test, example.com', 'example.com', 443],
    ['other.test example.com', 'example.com', 443],
    ['10.0.0.7', '10.0.0.7', 443],
    ['::1', '[::1]', 443],
    ['[::1]:8443', '::1', 8443],
    ['2001:db8::a:1', '[2001:db8::a:1]', 443],
    ['[2001:db8::a:1]', '2001:db8::a:1', 443],
    ['*', 'anything.test', 443],
    ['other.test,*', 'anything.test', 443],
  ])('NO_PROXY=%s excepts %s on port %i', (exceptions, host, port) => {
    for (const variable of ['NO_PROXY', 'no_proxy']) {
      const proxy = readProxy({ HTTPS_PROXY: 'http://proxy:1', [variable]: exceptions });
      expect(proxy && isExcepted(proxy, host, port)).toBe(true);
    }
  });

  it.each([
    ['', 'example.com', 443],
    ['example.com', 'anexample.com', 443],
    ['example.com', 'example.com.test', 443],
    ['*.example.com', 'example.com', 443],
    ['example.com:8443', 'example.com', 443],
    ['*:8443', 'example.com', 443],
    ['::1', '::2', 443],
  ])('NO_PROXY=%s does not except %s on port %i', (exceptions, host, port) => {
    const proxy = readProxy({ HTTPS_PROXY: 'http://proxy:1', NO_PROXY: exceptions });
    expect(proxy && isExcepted(proxy, host, port)).toBe(false);
  });
});

describe("the proxy's credentials", () => {
  it('are percent-encoded into its URL', () => {
    const secret = new Sensitive('{"username":"us@er","password":"p%:/ß","note":"ignored"}');
    const proxy = readProxy({ HTTPS_PROXY: 'http://proxy.example.com:8080', NO_PROXY: 'a.test' });
    const full = proxy && withCredentials(proxy, parseProxyCredentials(secret));
    expect(full?.url.reveal()).toBe('http://us%40er:p%25%3A%2F%C3%9F@proxy.example.com:8080/');
    expect(full?.exceptions).toEqual(['a.test']);
  });

  it.each([
    undefined,
    '',
    'user:the-password',
    '{"username":"the-password"}',
    '"the-password"',
    // Half a character, as a cut-off escape leaves it.
    String.raw`{"username":"u","password":"the-password\ud83d"}`,
    String.raw`{"username":"\udd11","password":"the-password"}`,
    '{"username":"u","password":"the-password","password":"another"}',
  ])('cannot be %s, and the error does not show it', (value) => {
    const secret = value === undefined ? undefined : new Sensitive(value);
    expect(() => parseProxyCredentials(secret)).toThrow(
      expect.objectContaining({
        code: 'ERR_PROXY_SECRET_INVALID',
        message: 'the secret of the proxy must hold a JSON object with username and password',
      }),
    );
  });
});
