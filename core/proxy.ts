import * as v from 'valibot';
import { RotatorError } from './errors.ts';
import { parseRelaxedJson } from './relaxed-json.ts';
import { Sensitive } from './sensitive.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/** The proxy that every https request goes through, unless its host is an exception. */
export interface HttpProxy {
  /** With the user name and password, if it has them. */
  readonly url: Sensitive;
  /** The hosts to call without it, as NO_PROXY lists them. */
  readonly exceptions: readonly string[];
}

export interface ProxyCredentials {
  readonly username: string;
  readonly password: Sensitive;
}

export const proxyUrlRule =
  'must be a URL that begins with http:// or https://, with a % in its password as %25';

/** True for a URL of a proxy, and for an empty one, which means no proxy. */
export function isProxyUrl(text: string): boolean {
  if (text === '') return true;
  const url = URL.parse(withScheme(text));
  if (url?.protocol !== 'http:' && url?.protocol !== 'https:') return false;
  // A password with an unencoded / ? or # would be cut, and its beginning taken for the port.
  if (`${url.pathname}${url.search}${url.hash}`.includes('@')) return false;
  return isPercentEncoded(url.username) && isPercentEncoded(url.password);
}

/**
 * Reads HTTPS_PROXY and NO_PROXY, as the AWS CLI does: lower case wins, and an empty value is none.
 * HTTP_PROXY has no part in it: only endpoints on loopback are called without TLS.
 */
export function readProxy(environment: Environment): HttpProxy | undefined {
  const text = environment['https_proxy'] ?? environment['HTTPS_PROXY'] ?? '';
  if (text === '') return undefined;
  const exceptions = environment['no_proxy'] ?? environment['NO_PROXY'] ?? '';
  return {
    url: new Sensitive(withScheme(text)),
    exceptions: exceptions.split(/[\s,]+/).filter((exception) => exception !== ''),
  };
}

/** The proxy without its password, for people. */
export function proxyHost({ url }: HttpProxy): string {
  return new URL(url.reveal()).host;
}

/** True if the proxy is not for this host: a name stands for itself and all names below it. */
export function isExcepted({ exceptions }: HttpProxy, hostname: string, port: number): boolean {
  const host = bare(hostname);
  return exceptions.some((exception) => {
    const [, name = exception, excepted] = /^(\[.*\]|[^:]*):(\d+)$/.exec(exception) ?? [];
    if (excepted !== undefined && Number(excepted) !== port) return false;
    if (name === '*') return true;
    const domain = bare(name.replace(/^\*?\./, ''));
    return host.endsWith(`.${domain}`) || (host === domain && !name.startsWith('*'));
  });
}

/** The proxy with this user name and password. */
export function withCredentials(
  proxy: HttpProxy,
  { username, password }: ProxyCredentials,
): HttpProxy {
  const url = new URL(proxy.url.reveal());
  url.username = encodeURIComponent(username);
  url.password = encodeURIComponent(password.reveal());
  return { ...proxy, url: new Sensitive(url.href) };
}

// A lone surrogate, of an escape that was cut off, is no character and cannot be encoded.
const text = v.pipe(
  v.string(),
  v.check((value) => value.isWellFormed()),
);

const credentials = v.object({ username: v.pipe(text, v.minLength(1)), password: text });

/**
 * Reads the secret of a proxy.
 *
 * @throws RotatorError ERR_PROXY_SECRET_INVALID
 */
export function parseProxyCredentials(secretString: Sensitive | undefined): ProxyCredentials {
  const parsed = v.safeParse(credentials, parseRelaxedJson(secretString?.reveal() ?? ''));
  if (parsed.success) {
    const { username, password } = parsed.output;
    return { username, password: new Sensitive(password) };
  }
  throw new RotatorError(
    'ERR_PROXY_SECRET_INVALID',
    'the secret of the proxy must hold a JSON object with username and password',
  );
}

/** A name as it is compared: without the brackets of IPv6, and without the dot of the root. */
function bare(name: string): string {
  return name
    .toLowerCase()
    .replace(/^\[(.+)\]$/, '$1')
    .replace(/\.$/, '');
}

function withScheme(text: string): string {
  return /^[a-z][a-z0-9+.-]*:\/\//i.test(text) ? text : `http://${text.replace(/^\/\//, '')}`;
}

function isPercentEncoded(text: string): boolean {
  try {
    decodeURIComponent(text);
    return true;
  } catch {
    return false;
  }
}
