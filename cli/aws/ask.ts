import type { ResponseMetadata } from '@smithy/types';
import { redactName } from '../../core/redact.ts';
import { lastingFault, proxyStatus } from '../../lambda/adapters/network-fault.ts';
import { CliError, interrupted } from '../errors.ts';

const signIn =
  'sign in (aws sso login, with the same --profile), choose a profile (--profile or AWS_PROFILE), or set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY';

const badCredentials =
  /^(CredentialsProviderError|TokenProviderError|ExpiredToken(Exception)?|UnrecognizedClientException|InvalidClientTokenId|InvalidSignatureException|SignatureDoesNotMatch|InvalidAccessKeyId|AuthFailure)$/;
const networkTrouble = /establish tunnel|ENOTFOUND|ECONNREFUSED|certificate/;
const denied = /^(AccessDenied|AuthorizationError)/;
// The SDK's names for an answer that has no AWS error code.
const foreign = /^(SyntaxError|Unknown(Error)?)$/;
const busy = /^(Throttl|TooManyRequests|RequestLimitExceeded|SlowDown|ServiceUnavailable|Internal)/;

interface AwsException extends Error {
  readonly code?: string;
  /** Where a connection was refused. */
  readonly address?: string;
  readonly port?: number;
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
  const what = resource === undefined ? action : `${action} on ${resource}`;
  let output: Output;
  try {
    output = await call();
  } catch (error) {
    throw asCliError(action, what, error as AwsException, sent);
  }
  assertFromAws(what, output);
  return output;
}

/**
 * AWS gives each answer an id. A web filter may answer 200 with an empty body instead, which is a whole
 * answer to a write, and an empty list.
 *
 * @throws CliError ERR_AWS_PROXY
 */
function assertFromAws(what: string, output: unknown): void {
  const { $metadata: metadata }: { readonly $metadata?: ResponseMetadata } = Object(output);
  if (metadata === undefined || metadata.requestId !== undefined) return;
  const cause = Object.assign(new Error('it has no request id'), { $metadata: metadata });
  throw notFromAws(what, metadata.httpStatusCode, cause);
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
    // The SDK keeps only the text of what kept IAM Identity Center from answering.
    const fix = networkTrouble.test(message)
      ? `check HTTPS_PROXY and AWS_CA_BUNDLE; or ${signIn}`
      : signIn;
    return new CliError('ERR_AWS_CREDENTIALS', `no valid AWS credentials: ${name}`, fix, cause);
  }
  if (denied.test(name)) {
    const fix =
      isOfKey(error) && !action.startsWith('kms:')
        ? 'use a principal that may use its KMS key'
        : `use a principal whose policies allow ${action}`;
    const text = `not authorized to perform ${what}`;
    return new CliError('ERR_AWS_DENIED', text, fix, { ...cause, right: action });
  }
  const status = metadata?.httpStatusCode;
  if (status === undefined) return networkError(what, error, shown);
  const isForeign = foreign.test(name);
  if (busy.test(name) || status >= 500 || status === 429) {
    const text = `${what} failed for now: ${isForeign ? `HTTP ${status}` : shown(name)}`;
    return new CliError('ERR_AWS_UNAVAILABLE', text, 'try again in a minute', cause);
  }
  if (isForeign) return notFromAws(what, status, error);
  const fix = `look up ${shown(name)} in AWS's reference for ${action}`;
  return new CliError('ERR_AWS_REFUSED', `AWS rejected ${what}: ${shown(name)}`, fix, cause);
}

/** Something else answered in AWS's place, for example the page of a web filter. */
export function notFromAws(what: string, status: number | undefined, cause?: Error): CliError {
  const text = `the response to ${what} is not from AWS: HTTP ${status}`;
  const fix =
    'if a proxy or web filter sent it, have that allow AWS; check AWS_ENDPOINT_URL if it is set';
  return new CliError('ERR_AWS_PROXY', text, fix, { cause });
}

/** AWS did not respond; the error's code has the reason, for example ECONNREFUSED. */
function networkError(
  what: string,
  error: AwsException,
  shown: (text: string) => string,
): CliError {
  const cause = { cause: error };
  const reason = shown(error.code ?? error.name);
  switch (lastingFault(error)) {
    case 'certificate': {
      const fix =
        "if a proxy inspects TLS, give its certificate authority's PEM file: AWS_CA_BUNDLE=FILE";
      return new CliError(
        'ERR_AWS_CERTIFICATE',
        `untrusted TLS certificate: ${reason}, for ${what}`,
        fix,
        cause,
      );
    }
    case 'proxy': {
      const status = proxyStatus(error);
      const problem = status === undefined ? `is unreachable: ${reason}` : `answers ${status}`;
      const text = `the proxy ${problem}, for ${what}`;
      return new CliError('ERR_AWS_PROXY', text, proxyFix(status), cause);
    }
    case 'unresolved': {
      const fix =
        'check the Region and the network; where only a proxy resolves names, set HTTPS_PROXY';
      return new CliError('ERR_AWS_UNRESOLVED', `no address for ${what}: ${reason}`, fix, cause);
    }
    default: {
      const { address, port } = error;
      const place = address === undefined ? '' : ` at ${address}:${port}`;
      const text = `no response to ${what}: ${reason}${place}`;
      const fix = 'check the network, HTTPS_PROXY, the Region, and AWS_ENDPOINT_URL if it is set';
      return new CliError('ERR_AWS_UNAVAILABLE', text, fix, cause);
    }
  }
}

function proxyFix(status: string | undefined): string {
  if (status === '407') {
    return 'put the user name and password, percent-encoded, into HTTPS_PROXY=http://user:password@host:port';
  }
  return 'correct HTTPS_PROXY, have the proxy allow AWS, or except AWS from it: NO_PROXY=amazonaws.com';
}

/** True if AWS rejected the call with the error of this name. */
export function isRefusal(error: unknown, name: string): boolean {
  return error instanceof CliError && error.cause instanceof Error && error.cause.name === name;
}

/** True if AWS could not decrypt a value for this principal, which may read the secret as such. */
export function isUndecryptable(error: unknown): error is CliError {
  return error instanceof CliError && error.cause instanceof Error && isOfKey(error.cause);
}

/** AWS does not re-encrypt a version without a label when a secret gets another key. */
function isOfKey({ name, message }: Error): boolean {
  if (name === 'DecryptionFailure') return true;
  // A denial of the action itself names whoever asked, whose name may hold anything.
  const isOfAction = /not authorized to perform: secretsmanager:/i.test(message);
  return denied.test(name) && !isOfAction && /\bkms\b|ciphertext|master key/i.test(message);
}

/** True if AWS may have carried out the call, although it did not respond. */
export function isUnanswered(error: unknown): error is CliError {
  if (!(error instanceof CliError) || !(error.cause instanceof Error)) return false;
  const { code = '', name, $metadata: metadata } = error.cause as AwsException;
  // A gateway that answered in AWS's place may have forwarded the call.
  if (metadata?.httpStatusCode !== undefined) {
    return error.code === 'ERR_AWS_PROXY' || foreign.test(name);
  }
  const isUnsent = /^(ECONNREFUSED|ENOTFOUND|EAI_AGAIN)$/.test(code);
  return error.code === 'ERR_AWS_UNAVAILABLE' && !isUnsent;
}
