import { AwsError } from './errors.ts';
import type { HttpRequest } from './http-server.ts';

/** The credential scope of a signed request. */
export interface CredentialScope {
  readonly accessKeyId: string;
  readonly region: string;
  /** The signing name, for example `monitoring` for CloudWatch. */
  readonly service: string;
}

/** A caller of AWS. */
export interface Principal {
  /** The name of the user or of the session. */
  readonly username: string;
  /** For example `arn:aws:iam::111122223333:user/local`. */
  readonly arn: string;
}

/**
 * Reads the credential scope of a request. The signature itself is not checked.
 *
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-signing-elements.html
 */
export function credentialScope({ headers }: HttpRequest): CredentialScope | undefined {
  const pattern = /^AWS4-HMAC-SHA256 Credential=([^/]+)\/\d{8}\/([^/]+)\/([^/]+)\/aws4_request/;
  const [, accessKeyId, region, service] = pattern.exec(headers.authorization ?? '') ?? [];
  if (accessKeyId === undefined || region === undefined || service === undefined) return undefined;
  return { accessKeyId, region, service };
}

/**
 * Checks the access key of a request, as far as that is wanted. It is as good as a password here,
 * because it is random and the signature is not checked.
 *
 * @throws AwsError for any other access key, and for none
 */
export function checkAccessKey(
  request: HttpRequest,
  accepted: readonly string[] | undefined,
  status = 400,
): void {
  const accessKeyId = credentialScope(request)?.accessKeyId ?? '';
  if (accepted === undefined || accepted.includes(accessKeyId)) return;
  const message = 'The security token included in the request is invalid.';
  throw new AwsError('UnrecognizedClientException', message, status);
}

/** The caller that an account without principals assumes. */
export function localUser(accountId: string): Principal {
  return { username: 'local', arn: `arn:aws:iam::${accountId}:user/local` };
}

/** The value of `aws:PrincipalArn`; the ARN of the role for a session. */
export function principalArn({ arn }: Principal): string {
  return arn.replace(/:sts::(\d+):assumed-role\/(.+)\/[^/]+$/, ':iam::$1:role/$2');
}
