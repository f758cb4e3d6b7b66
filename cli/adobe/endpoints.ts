import {
  consoleEndpointRule,
  imsEndpointRule,
  isConsoleEndpoint,
  isImsEndpoint,
} from '../../core/config.ts';
import { environmentVariables } from '../../core/contract.ts';
import { usageError } from '../errors.ts';
import type { Terminal } from '../view/terminal.ts';

/** Replacements for Adobe's hosts, for tests and local runs. */
export interface AdobeEndpoints {
  readonly imsEndpointUrl: string | undefined;
  readonly consoleEndpointUrl: string | undefined;
}

/**
 * The rules are the function's: client secrets, and tokens that manage them, are sent there. So a
 * person sees the address, too.
 *
 * @throws CliError ERR_USAGE
 */
export function adobeEndpoints(env: NodeJS.ProcessEnv, terminal: Terminal): AdobeEndpoints {
  return {
    imsEndpointUrl: imsEndpoint(env, terminal),
    consoleEndpointUrl: originIn(env, terminal, {
      variable: environmentVariables.consoleEndpointUrl,
      host: 'the Console',
      isAllowed: isConsoleEndpoint,
      rule: consoleEndpointRule,
    }),
  };
}

/** @throws CliError ERR_USAGE */
export function imsEndpoint(env: NodeJS.ProcessEnv, terminal: Terminal): string | undefined {
  return originIn(env, terminal, {
    variable: environmentVariables.imsEndpointUrl,
    host: 'IMS',
    isAllowed: isImsEndpoint,
    rule: imsEndpointRule,
  });
}

interface Replacement {
  readonly variable: string;
  /** The service that is called there, in words. */
  readonly host: string;
  readonly isAllowed: (origin: string) => boolean;
  readonly rule: string;
}

function originIn(
  env: NodeJS.ProcessEnv,
  terminal: Terminal,
  { variable, host, isAllowed, rule }: Replacement,
): string | undefined {
  const origin = env[variable]?.replace(/\/$/, '') || undefined;
  if (origin === undefined) return undefined;
  if (!isAllowed(origin)) throw usageError(`${variable} ${rule}`);
  terminal.note(`${variable}: ${host} is called at ${origin}`);
  return origin;
}
