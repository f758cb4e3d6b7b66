import {
  ListSecretsCommand,
  type SecretsManagerClient,
  SecretsManagerServiceException,
} from '@aws-sdk/client-secrets-manager';

interface Failure extends Error {
  readonly code?: string;
  readonly $metadata?: { readonly httpStatusCode?: number };
  readonly $response?: { readonly statusCode?: number };
}

const unknownCredentials: ReadonlySet<string> = new Set([
  'ExpiredTokenException',
  'IncompleteSignature',
  'InvalidClientTokenId',
  'InvalidSignatureException',
  'MissingAuthenticationTokenException',
  'SignatureDoesNotMatch',
  'UnrecognizedClientException',
]);

// The SDK's names for an error without one, and what other services of AWS say.
const otherServices: ReadonlySet<string> = new Set([
  'Unknown',
  'UnknownError',
  'UnknownOperationException',
]);

const variables = 'the variables that `npm run local` prints';

/**
 * Why no case need be run: each would fail for that. Whatever else Secrets Manager answers is the cases'
 * business.
 *
 * @param patience seconds for all attempts
 */
export async function problemOfFirstReply(
  client: SecretsManagerClient,
  patience = 10,
): Promise<string | undefined> {
  let abortSignal: AbortSignal | undefined;
  try {
    // Somebody may have to confirm them; that is no time of the server's.
    await client.config.credentials();
    abortSignal = AbortSignal.timeout(patience * 1000);
    const list = new ListSecretsCommand({ MaxResults: 1 });
    const { SecretList } = await client.send(list, { abortSignal });
    return SecretList === undefined ? otherServer(200) : undefined;
  } catch (error) {
    if (abortSignal?.aborted) return `Secrets Manager does not answer within ${patience} seconds.`;
    return problemOf(error as Failure);
  }
}

function problemOf(error: Failure): string | undefined {
  const { code, name, message, $metadata, $response } = error;
  const said = `${code ?? name}${message === '' ? '' : `: ${message}`}`;
  if (name === 'CredentialsProviderError') {
    return `There are no credentials: set ${variables}, or those of AWS. ${message}`;
  }
  if (unknownCredentials.has(name)) {
    return `Secrets Manager does not know these credentials: set ${variables}, or those of AWS. ${said}`;
  }
  const status = $metadata?.httpStatusCode ?? $response?.statusCode;
  if (status === undefined) return `Secrets Manager does not answer: ${said}`;
  const isNamed = error instanceof SecretsManagerServiceException && /^[A-Z][A-Za-z]+$/.test(name);
  return isNamed && !otherServices.has(name) ? undefined : otherServer(status);
}

function otherServer(status: number): string {
  return `This is not Secrets Manager, by its answer with status ${status}: set ${variables}, and give its AWS_ENDPOINT_URL to --endpoint.`;
}
