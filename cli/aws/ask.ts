import { redactName } from '../../core/redact.ts';
import { CliError, interrupted } from '../errors.ts';

const signIn =
  'sign in (aws sso login), choose a profile (--profile or AWS_PROFILE), or set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY';

const badCredentials =
  /^(CredentialsProviderError|TokenProviderError|ExpiredToken(Exception)?|UnrecognizedClientException|InvalidClientTokenId|InvalidSignatureException|SignatureDoesNotMatch|InvalidAccessKeyId|AuthFailure)$/;
const denied = /^(AccessDenied|AuthorizationError)/;
const busy = /^(Throttl|TooManyRequests|RequestLimitExceeded|SlowDown|ServiceUnavailable|Internal)/;

interface AwsException extends Error {
  readonly code?: string;
  readonly $metadata?: { readonly httpStatusCode?: number };
}

/**
 * Makes one call to AWS. The error of a failed call says what to do.
 *
 * @param action the name that a policy uses, for example `secretsmanager:ListSecrets`
 * @param sent secrets in the call, which the error must not repeat
 * @throws CliError with one of the codes ERR_AWS_…
 */
export async function askAws<Output>(
  action: string,
  resource: string | undefined,
  call: () => Promise<Output>,
  sent: readonly string[] = [],
): Promise<Output> {
  try {
    return await call();
  } catch (error) {
    const what = resource === undefined ? action : `${action} on ${resource}`;
    throw asCliError(action, what, error as AwsException, sent);
  }
}

function asCliError(
  action: string,
  what: string,
  error: AwsException,
  sent: readonly string[],
): CliError {
  const { name, message, $metadata: metadata } = error;
  if (name === 'AbortError') return interrupted();
  if (/region is missing/i.test(message)) {
    return new CliError('ERR_AWS_REGION', 'no Region is set', 'give --region, or set AWS_REGION');
  }
  const cause = { cause: error };
  const shown = (text: string): string => redactName(text, sent) ?? 'unknown error';
  if (badCredentials.test(name)) {
    return new CliError('ERR_AWS_CREDENTIALS', `no valid AWS credentials: ${name}`, signIn, cause);
  }
  if (denied.test(name)) {
    const fix = `use a principal whose policies allow ${action}`;
    return new CliError('ERR_AWS_DENIED', `not authorized to perform ${what}`, fix, cause);
  }
  const status = metadata?.httpStatusCode;
  if (status === undefined) {
    // AWS did not respond; the error's code has the reason, for example ECONNREFUSED.
    const text = `no response to ${what}: ${shown(error.code ?? name)}`;
    const fix = 'check the network, the Region, and AWS_ENDPOINT_URL if it is set';
    return new CliError('ERR_AWS_UNAVAILABLE', text, fix, cause);
  }
  if (busy.test(name) || status >= 500 || status === 429) {
    const text = `${what} failed for now: ${shown(name)}`;
    return new CliError('ERR_AWS_UNAVAILABLE', text, 'try again in a minute', cause);
  }
  const fix = `look up ${shown(name)} in AWS's reference for ${action}`;
  return new CliError('ERR_AWS_REFUSED', `AWS rejected ${what}: ${shown(name)}`, fix, cause);
}

/** True if AWS rejected the call with the error of this name. */
export function isRefusal(error: unknown, name: string): boolean {
  return error instanceof CliError && error.cause instanceof Error && error.cause.name === name;
}

/** True if AWS may have carried out the call, although it did not respond. */
export function isUnanswered(error: unknown): error is CliError {
  if (!(error instanceof CliError) || !(error.cause instanceof Error)) return false;
  const { code = '', $metadata: metadata } = error.cause as AwsException;
  const isUnsent = /^(ECONNREFUSED|ENOTFOUND|EAI_AGAIN)$/.test(code);
  return (
    error.code === 'ERR_AWS_UNAVAILABLE' && metadata?.httpStatusCode === undefined && !isUnsent
  );
}

/** Hard time-outs for every call. */
export const clientConfig = {
  requestHandler: { connectionTimeout: 5_000, requestTimeout: 20_000, throwOnRequestTimeout: true },
};
