import { credentialNamePattern, type SecretKind, secretName } from './contract.ts';

/**
 * The names of a credential's two secrets. They are the whole registry: creating both under a
 * rotator's prefix onboards a credential.
 */
export interface SecretNames {
  /** The credential that Adobe issued; only the rotator reads it. */
  readonly client: string;
  /** The access token that workloads read; only the rotator writes it. */
  readonly token: string;
}

export function isCredentialName(text: string): boolean {
  return credentialNamePattern.test(text);
}

/** The inputs to a rotator's secret names. */
export interface Naming {
  readonly prefix: string;
  /** ARNs of client secrets outside the prefix, by credential name. */
  readonly clientSecrets: ReadonlyMap<string, string>;
}

/** The names of a credential's secrets; the ARN of a client secret outside the prefix. */
export function secretNames({ prefix, clientSecrets }: Naming, credential: string): SecretNames {
  return {
    client: clientSecrets.get(credential) ?? secretName(prefix, credential, 'client'),
    token: secretName(prefix, credential, 'token'),
  };
}

/** A secret's name, without the six characters that Secrets Manager appends to it in the ARN. */
export function nameOfArn(arn: string): string | undefined {
  return /^arn:[a-z-]+:secretsmanager:[a-z0-9-]+:\d{12}:secret:(.+)-[A-Za-z0-9]{6}$/.exec(arn)?.[1];
}

/**
 * True if `used`, an ARN that somebody wrote, names the secret whose complete ARN is `arn`: AWS also
 * accepts it without its last six characters.
 */
export function isArnOf(used: string, arn: string): boolean {
  return used === arn || used === arn.replace(/-[A-Za-z0-9]{6}$/, '');
}

/** The credentials whose client secret, outside the prefix or lent by another, has this ARN. */
export function importersOf(
  { clientSecrets }: Pick<Naming, 'clientSecrets'>,
  arn: string,
): readonly string[] {
  return [...clientSecrets]
    .filter(([, used]) => isArnOf(used, arn))
    .map(([credential]) => credential);
}

/** Undefined for a secret that does not belong to the rotator. */
export function parseSecretName(
  prefix: string,
  name: string,
): { readonly credential: string; readonly kind: SecretKind } | undefined {
  if (!name.startsWith(`${prefix}/`)) return undefined;
  const [credential = '', kind, ...rest] = name.slice(prefix.length + 1).split('/');
  if (rest.length > 0 || !isCredentialName(credential)) return undefined;
  return kind === 'client' || kind === 'token' ? { credential, kind } : undefined;
}
