/** What a path of the secrets of a credential names. */
export interface SecretsPath {
  readonly orgId: string;
  readonly credentialId: string;
  /** Of one secret. */
  readonly uuid: string | undefined;
}

const pattern =
  /^\/console\/organizations\/(?<orgId>[^/]+)\/credentials\/(?<credentialId>[^/]+)\/secrets(?:\/(?<uuid>[^/]+))?$/;

/** Undefined for a path of something else. */
export function parseSecretsPath(pathname: string): SecretsPath | undefined {
  const { orgId, credentialId, uuid } = pattern.exec(pathname)?.groups ?? {};
  if (orgId === undefined || credentialId === undefined) return undefined;
  return { orgId, credentialId, uuid };
}
