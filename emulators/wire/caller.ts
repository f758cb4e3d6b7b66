import type { HttpRequest } from './http-server.ts';

/** Who calls, and which service in which Region, as a signed request says. */
export interface CredentialScope {
  readonly accessKeyId: string;
  readonly region: string;
  /** The signing name, such as `monitoring` for CloudWatch. */
  readonly service: string;
}

/** Somebody who calls AWS. */
export interface Principal {
  /** The name of the user, or of the session. */
  readonly username: string;
  /** Such as `arn:aws:iam::111122223333:user/local`. */
  readonly arn: string;
}

/**
 * Reads what a request is signed for; the signature itself is not checked.
 *
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-signing-elements.html
 */
export function credentialScope({ headers }: HttpRequest): CredentialScope | undefined {
  const pattern = /^AWS4-HMAC-SHA256 Credential=([^/]+)\/\d{8}\/([^/]+)\/([^/]+)\/aws4_request/;
  const [, accessKeyId, region, service] = pattern.exec(headers.authorization ?? '') ?? [];
  if (accessKeyId === undefined || region === undefined || service === undefined) return undefined;
  return { accessKeyId, region, service };
}

/** Whom an account that knows of no principals takes every caller for. */
export function localUser(accountId: string): Principal {
  return { username: 'local', arn: `arn:aws:iam::${accountId}:user/local` };
}

/** What policies see as `aws:PrincipalArn`: of a session, its role. */
export function principalArn({ arn }: Principal): string {
  return arn.replace(/:sts::(\d+):assumed-role\/(.+)\/[^/]+$/, ':iam::$1:role/$2');
}
