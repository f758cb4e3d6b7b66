import {
  consoleEndpointRule,
  imsEndpointRule,
  isConsoleEndpoint,
  isImsEndpoint,
} from '../../core/config.ts';
import { environmentVariables } from '../../core/contract.ts';
import { usageError } from '../errors.ts';

/** Replacements for Adobe's hosts, for tests and local runs. */
export interface AdobeEndpoints {
  readonly imsEndpointUrl: string | undefined;
  readonly consoleEndpointUrl: string | undefined;
}

/**
 * The rules are the function's: client secrets, and tokens that manage them, are sent there.
 *
 * @throws CliError ERR_USAGE
 */
export function adobeEndpoints(env: NodeJS.ProcessEnv): AdobeEndpoints {
  const console = environmentVariables.consoleEndpointUrl;
  return {
    imsEndpointUrl: imsEndpoint(env),
    consoleEndpointUrl: originIn(env, console, isConsoleEndpoint, consoleEndpointRule),
  };
}

/** @throws CliError ERR_USAGE */
export function imsEndpoint(env: NodeJS.ProcessEnv): string | undefined {
  return originIn(env, environmentVariables.imsEndpointUrl, isImsEndpoint, imsEndpointRule);
}

function originIn(
  env: NodeJS.ProcessEnv,
  variable: string,
  isAllowed: (origin: string) => boolean,
  rule: string,
): string | undefined {
  const origin = env[variable]?.replace(/\/$/, '') || undefined;
  if (origin === undefined || isAllowed(origin)) return origin;
  throw usageError(`${variable} ${rule}`);
}
