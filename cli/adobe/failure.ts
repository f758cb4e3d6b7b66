import {
  ConsoleRequestError,
  type ErrorCode,
  RotatorError,
  TokenRequestError,
} from '../../core/errors.ts';
import type { CommonOptions } from '../common-options.ts';
import { CliError } from '../errors.ts';
import { askAdobe, explainFailure } from '../view/failure.ts';
import { networkFix } from '../view/network-fix.ts';

const addApi =
  'add the I/O Management API to the project in the Adobe Developer Console (see docs/client-secret-rotation.md)';

/** The error for people of a request to Adobe that failed; any other error as it is. */
export function asAdobeFailure(error: unknown, name: string, options: CommonOptions): unknown {
  if (!(error instanceof RotatorError)) return error;
  return new CliError(error.code, error.message, adobeFix(error, name, options), { cause: error });
}

const isPassing = `try again; if it lasts, check https://status.adobe.com; ${networkFix.passing}`;

/** Where it is the network of this machine that fails, and no log tells of it. */
const fixes: Readonly<Partial<Record<ErrorCode, string>>> = {
  ERR_TOKEN_UNAVAILABLE: isPassing,
  ERR_IMS_CERTIFICATE: networkFix.certificate,
  ERR_IMS_PROXY: networkFix.proxy,
  ERR_IMS_UNRESOLVED: networkFix.unresolved,
  ERR_CONSOLE_UNAVAILABLE: isPassing,
  ERR_CONSOLE_CERTIFICATE: networkFix.certificate,
  ERR_CONSOLE_PROXY: networkFix.proxy,
  ERR_CONSOLE_UNRESOLVED: networkFix.unresolved,
  ERR_CONSOLE_MALFORMED:
    'try again; if it fails again, a proxy on the way may have answered, or Adobe has changed its API: see ERR_CONSOLE_MALFORMED in docs/runbook.md',
};

/** How to fix the failure of a request that this program has made itself, which no log tells of. */
export function adobeFix(error: RotatorError, name: string, options: CommonOptions): string {
  const { code } = error;
  const own = fixes[code];
  if (own !== undefined) return own;
  if (isUnexplained(error)) {
    return `Adobe says why it rejects a request, so that a proxy on the way may have answered: ${networkFix.passing}`;
  }
  const { imsError, debugId } = error instanceof TokenRequestError ? error.details : {};
  const { fix } = explainFailure({ code, imsError }, name, options);
  if (fix !== askAdobe) return fix;
  return debugId === undefined
    ? 'if it lasts, ask Adobe support'
    : `if it lasts, give Adobe support the x-debug-id of IMS's response: ${debugId}`;
}

/** True for a rejection that may be somebody else's. */
function isUnexplained(error: RotatorError): boolean {
  const isByIms = error instanceof TokenRequestError && error.code === 'ERR_TOKEN_REJECTED';
  if (isByIms) return error.details.imsError === undefined;
  const isByConsole = error instanceof ConsoleRequestError && error.code === 'ERR_CONSOLE_REJECTED';
  // Adobe documents no body of a 404, which a wrong id gets.
  const { errorCode, status } = isByConsole ? error.details : {};
  return isByConsole && errorCode === undefined && status !== 404;
}

/** The same for the token with which a credential manages its client secrets. */
export function asManagementFailure(error: unknown, name: string, options: CommonOptions): unknown {
  const imsError = error instanceof TokenRequestError ? error.details.imsError : undefined;
  if (!(error instanceof TokenRequestError) || imsError !== 'invalid_scope') {
    return asAdobeFailure(error, name, options);
  }
  const text = `${error.message}: the credential may not manage its client secrets`;
  return new CliError(error.code, text, addApi, { cause: error });
}

/** True if IMS says that it does not know the client secret. */
export function isUnknownSecret(error: unknown): error is TokenRequestError {
  return error instanceof TokenRequestError && error.details.imsError === 'invalid_client';
}
