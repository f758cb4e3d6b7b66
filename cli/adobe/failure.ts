import { RotatorError, TokenRequestError } from '../../core/errors.ts';
import type { CommonOptions } from '../common-options.ts';
import { CliError } from '../errors.ts';
import { askAdobe, explainFailure } from '../view/failure.ts';

const addApi =
  'add the I/O Management API to the project in the Adobe Developer Console (see docs/client-secret-rotation.md)';

/** The error for people of a request to Adobe that failed; any other error as it is. */
export function asAdobeFailure(error: unknown, name: string, options: CommonOptions): unknown {
  if (!(error instanceof RotatorError)) return error;
  return new CliError(error.code, error.message, adobeFix(error, name, options), { cause: error });
}

/** How to fix the failure of a request that this program has made itself, which no log tells of. */
export function adobeFix(error: RotatorError, name: string, options: CommonOptions): string {
  const { code } = error;
  const { imsError, debugId } = error instanceof TokenRequestError ? error.details : {};
  const { fix } = explainFailure({ code, imsError }, name, options);
  if (fix !== askAdobe) return fix;
  return debugId === undefined
    ? 'if it lasts, ask Adobe support'
    : `if it lasts, give Adobe support the x-debug-id of IMS's response: ${debugId}`;
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
