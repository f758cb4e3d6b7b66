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
 * Asks AWS something, and says of a failure who can do what.
 *
 * @param action such as `secretsmanager:ListSecrets`, which is also what a policy has to allow
 * @throws CliError with one of the codes ERR_AWS_…
 */
export async function askAws<Output>(
  action: string,
  resource: string | undefined,
  call: () => Promise<Output>,
): Promise<Output> {
  try {
    return await call();
  } catch (error) {
    throw asCliError(action, resource, error as AwsException);
  }
}

function asCliError(action: string, resource: string | undefined, error: AwsException): CliError {
  const what = resource === undefined ? action : `${action} on ${resource}`;
  const { name, message, $metadata: metadata } = error;
  if (name === 'AbortError') return interrupted();
  if (/region is missing/i.test(message)) {
    return new CliError('ERR_AWS_REGION', 'no Region is set', 'give --region, or set AWS_REGION');
  }
  if (badCredentials.test(name)) {
    const text = `AWS does not take the credentials: ${name}`;
    return new CliError('ERR_AWS_CREDENTIALS', text, signIn, { cause: error });
  }
  if (denied.test(name)) {
    const fix = `use a principal whose policies allow ${action}`;
    return new CliError('ERR_AWS_DENIED', `you may not do ${what}`, fix, { cause: error });
  }
  const status = metadata?.httpStatusCode;
  if (status === undefined) {
    // Not an answer of AWS: what it was is in the error's code, such as ECONNREFUSED.
    const text = `no answer to ${what}: ${error.code ?? name}`;
    const fix = 'look at the network, the Region, and AWS_ENDPOINT_URL if it is set';
    return new CliError('ERR_AWS_UNAVAILABLE', text, fix, { cause: error });
  }
  if (busy.test(name) || status >= 500 || status === 429) {
    const text = `AWS is throttling or has a fault: ${what} gave ${name}`;
    return new CliError('ERR_AWS_UNAVAILABLE', text, 'try again in a minute', { cause: error });
  }
  const fix = `look ${name} up in AWS's reference of ${action}`;
  return new CliError('ERR_AWS_REFUSED', `AWS refused ${what}: ${name}`, fix, { cause: error });
}

/** Whether AWS refused with an error of this name. */
export function isRefusal(error: unknown, name: string): boolean {
  return error instanceof CliError && error.cause instanceof Error && error.cause.name === name;
}

/** Hard time-outs for whatever is asked. */
export const clientConfig = {
  requestHandler: { connectionTimeout: 5_000, requestTimeout: 20_000, throwOnRequestTimeout: true },
};
