import { RotatorError, TokenRequestError } from '../../core/errors.ts';
import type { CommonOptions } from '../common-options.ts';
import { CliError } from '../errors.ts';
import { explainFailure } from '../view/failure.ts';

const addApi =
  'add the I/O Management API to the project in the Adobe Developer Console (see docs/client-secret-rotation.md)';

/** The error for people of a request to Adobe that failed; any other error as it is. */
export function asAdobeFailure(error: unknown, name: string, options: CommonOptions): unknown {
  if (!(error instanceof RotatorError)) return error;
  const { code } = error;
  const imsError = error instanceof TokenRequestError ? error.details.imsError : undefined;
  const { fix } = explainFailure({ code, imsError }, name, options);
  return new CliError(code, error.message, fix, { cause: error });
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
