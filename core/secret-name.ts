/**
 * The names of a credential's two secrets, which are the whole registry: whoever creates both
 * under a rotator's prefix has onboarded a credential.
 */
export interface SecretNames {
  /** What Adobe gave: read by the rotator only. */
  readonly client: string;
  /** What workloads read: written by the rotator only. */
  readonly token: string;
}

const credentialName = /^[a-z0-9][a-z0-9-]{0,62}$/;

/** What a credential's short name may be, in words, for error messages. */
export const credentialNameRule =
  'lower-case letters, digits and hyphens, 1 to 63 characters, not starting with a hyphen';

export function isCredentialName(text: string): boolean {
  return credentialName.test(text);
}

/** Where the names of a rotator's secrets come from. */
export interface Naming {
  readonly prefix: string;
  /** ARNs of client secrets that live elsewhere, by the short name of the credential. */
  readonly clientSecrets: ReadonlyMap<string, string>;
}

/** The names of a credential's two secrets; of a client secret that lives elsewhere, its ARN. */
export function secretNames({ prefix, clientSecrets }: Naming, credential: string): SecretNames {
  return {
    client: clientSecrets.get(credential) ?? `${prefix}/${credential}/client`,
    token: `${prefix}/${credential}/token`,
  };
}

/** Without the six characters that Secrets Manager puts behind the name; undefined for no ARN. */
export function nameOfArn(arn: string): string | undefined {
  return /^arn:[a-z-]+:secretsmanager:[a-z0-9-]+:\d{12}:secret:(.+)-[A-Za-z0-9]{6}$/.exec(arn)?.[1];
}

/** Undefined for a name that is not one of the rotator's own. */
export function parseSecretName(
  prefix: string,
  name: string,
): { readonly credential: string; readonly kind: keyof SecretNames } | undefined {
  if (!name.startsWith(`${prefix}/`)) return undefined;
  const [credential = '', kind, ...rest] = name.slice(prefix.length + 1).split('/');
  if (rest.length > 0 || !isCredentialName(credential)) return undefined;
  return kind === 'client' || kind === 'token' ? { credential, kind } : undefined;
}
