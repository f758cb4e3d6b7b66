/** The version of a client secret that the token is to be minted from. */
export interface StoredCredential {
  readonly name: string;
  readonly tokenSecret: string;
  readonly clientArn: string;
  readonly versionId: string;
  /** The version that was current before; undefined for a new client secret. */
  readonly replaced: string | undefined;
}
