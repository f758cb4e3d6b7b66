import { proxyHost } from '../../core/proxy.ts';
import type { Session } from '../session.ts';
import { type Check, check, ok } from './check.ts';

/** Shows what the connections of this process go through, and whom they trust. */
export function networkCheck({ network }: Session): Check {
  const { proxy, caFiles, hasOnlyHttpProxy } = network;
  const exceptions = proxy?.exceptions ?? [];
  const except = exceptions.length === 0 ? '' : `, except for ${exceptions.join(', ')}`;
  const route = proxy === undefined ? 'direct' : `through the proxy ${proxyHost(proxy)}${except}`;
  const trusted = caFiles.map(({ setting, file }) => `${file} (${setting})`).join(' and ');
  const details = [
    route,
    hasOnlyHttpProxy ? 'HTTP_PROXY is not for https: set HTTPS_PROXY to use a proxy' : '',
    trusted === '' ? '' : `also trusts the certificates in ${trusted}`,
  ];
  return check('network', () => Promise.resolve(ok(details.filter(Boolean).join('; '))));
}
