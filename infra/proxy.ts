import { Stack, Token } from 'aws-cdk-lib';
import type { IConstruct } from 'constructs';
import { environmentVariables } from '../core/contract.ts';
import type { ImsTokenRotatorProxyOptions } from './ims-token-rotator-props.ts';
import { refuse } from './refuse.ts';
import { completeSecretArn } from './secret-arns.ts';

// The rules do not show what breaks them, because that may hold a password.

export const proxyUrlRule = 'the URL of a proxy, for example http://proxy.example.com:8080';

/** Every such URL matches this. */
export const proxyUrlPattern = /^\s*[Hh][Tt][Tt][Pp][Ss]?:[^@]+$/;

export function isProxyUrl(text: string): boolean {
  const url = URL.parse(text);
  if (url === null || (url.protocol !== 'http:' && url.protocol !== 'https:')) return false;
  return url.pathname === '/' && url.search === '' && url.hash === '';
}

/** @param setting where the ARN of the secret with the user name and password belongs */
export function proxyUserRule(setting: string): string {
  return (
    'must have no user name or password, which everybody who can read the template would see: ' +
    `keep them in a secret, and name it in ${setting}`
  );
}

export function hasProxyUser(text: string): boolean {
  return text.includes('@');
}

export const proxyExceptionPattern = /^[^\s,/@]+$/;
export const proxyExceptionRule = 'a host, for example .example.com or 10.0.0.7';

/** The variables of a function behind a proxy. */
export function proxyEnvironment(
  scope: IConstruct,
  { url, exceptions = [], credentials }: ImsTokenRotatorProxyOptions,
): Readonly<Record<string, string>> {
  if (!Token.isUnresolved(url) && hasProxyUser(url)) {
    refuse(scope, 'ProxyUrl', `proxy.url ${proxyUserRule('proxy.credentials')}`);
  }
  if (!Token.isUnresolved(url) && !isProxyUrl(url)) {
    refuse(scope, 'ProxyUrl', `proxy.url must be ${proxyUrlRule}`);
  }
  const bad = exceptions.find(
    (one) => !Token.isUnresolved(one) && !proxyExceptionPattern.test(one),
  );
  if (bad !== undefined) {
    refuse(scope, 'ProxyException', `proxy.exceptions: "${bad}" must be ${proxyExceptionRule}`);
  }
  if (credentials === undefined) return variables(url, exceptions);
  // The password comes from Secrets Manager, so the way there cannot need it.
  const { region, urlSuffix } = Stack.of(scope);
  const secretsManager = `secretsmanager.${region}.${urlSuffix}`;
  return {
    ...variables(url, [secretsManager, ...exceptions]),
    [environmentVariables.proxySecret]: completeSecretArn(scope, credentials, {
      what: 'the secret of the proxy',
      code: 'ProxySecret',
    }),
  };
}

function variables(url: string, exceptions: readonly string[]): Readonly<Record<string, string>> {
  return {
    HTTPS_PROXY: url,
    ...(exceptions.length === 0 ? {} : { NO_PROXY: exceptions.join(',') }),
  };
}
