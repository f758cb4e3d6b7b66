import type { Config } from '../../core/config.ts';
import type { SecretStore } from '../../core/ports.ts';
import { type ProxyCredentials, parseProxyCredentials } from '../../core/proxy.ts';

/**
 * Reads the user name and password of the proxy, if they are in a secret. Nothing keeps them beyond
 * the invocation, so the next one uses a password that was changed.
 */
export function proxyCredentials(
  { proxySecret }: Pick<Config, 'proxySecret'>,
  secrets: Pick<SecretStore, 'read'>,
): ((signal: AbortSignal) => Promise<ProxyCredentials>) | undefined {
  if (proxySecret === undefined) return undefined;
  return async (signal) =>
    parseProxyCredentials((await secrets.read(proxySecret, signal))?.secretString);
}
