import { existsSync } from 'node:fs';
import { CachedTokenReader, type ReaderPorts } from './cached-token-reader.ts';
import type { ReadSecret, TokenReader, TokenReaderOptions } from './options.ts';
import { regionOf } from './region-of.ts';
import type { RenewalRequests as Requests } from './request-renewal.ts';
import { readSecretsManager } from './secrets-manager.ts';

/**
 * A reader of one token, for the life of the process. It reads nothing until it is asked.
 *
 * @example
 * const reader = createTokenReader({ secretId: 'ims-token-rotator/Team/fusion/token' });
 * const response = await fetch(url, { headers: await reader.getHeaders() });
 *
 * @throws TypeError for an invalid option
 */
export function createTokenReader(options: TokenReaderOptions): TokenReader {
  if (!options.secretId) throw new TypeError('secretId is missing');
  return new CachedTokenReader(options, {
    now: Date.now,
    read: sourceOf(options),
    renew: options.onRejected && renewalOf(options),
  });
}

// Anything that a reader of Secrets Manager does not need is loaded at its first use.

function sourceOf({ secretId, source, client, port }: TokenReaderOptions): ReadSecret {
  if (typeof source === 'function') return source;
  const cache = source ?? (client ? undefined : detected(secretId));
  if (cache !== 'extension' && cache !== 'agent') return readSecretsManager(secretId, client);
  return async (request) => {
    const { readLocalCache } = await import('./local-cache.ts');
    return await readLocalCache({ secretId, cache, port, ...request }, process.env);
  };
}

/** The cache on this machine that can read the secret, if there is one. */
function detected(secretId: string): 'extension' | 'agent' | undefined {
  const { env } = process;
  // Both read in their own Region only.
  if ((regionOf(secretId).region ?? env['AWS_REGION']) !== env['AWS_REGION']) return undefined;
  if (env['PARAMETERS_SECRETS_EXTENSION_HTTP_PORT']) return 'extension';
  return env['AWS_TOKEN'] || existsSync('/var/run/awssmatoken') ? 'agent' : undefined;
}

function renewalOf({ secretId, rotator }: TokenReaderOptions): ReaderPorts['renew'] {
  const { functionName, client } = rotator ?? {};
  const credential = rotator?.credential ?? /([^/:]+)\/token(-\w{6})?$/.exec(secretId)?.[1];
  if (!functionName || !credential) {
    throw new TypeError("onRejected: 'renew' needs rotator: { functionName, credential }");
  }
  let requests: Requests | undefined;
  return async (versionId, signal) => {
    const { RenewalRequests } = await import('./request-renewal.ts');
    requests ??= new RenewalRequests(Date.now, regionOf(functionName), client);
    return await requests.ask({ functionName, credential, versionId, signal });
  };
}
