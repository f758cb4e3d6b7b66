import {
  type AccessTokenClaims,
  claimsAt,
  encodeAccessToken,
  opaqueAccessToken,
} from './access-token.ts';
import type { ImsClient } from './client.ts';

/** The state of a token. The reasons are our own: Adobe documents none. */
export type TokenInspection =
  | {
      readonly valid: true;
      readonly clientId: string;
      readonly orgId: string | undefined;
      readonly claims: AccessTokenClaims;
    }
  | { readonly valid: false; readonly reason: 'unknown_token' | 'revoked_token' | 'expired_token' };

interface IssuedToken {
  readonly value: string;
  readonly claims: AccessTokenClaims;
  readonly orgId: string | undefined;
  revoked: boolean;
}

/** Every issued token. A new one leaves earlier ones valid. */
export class IssuedTokens {
  readonly #now: () => number;
  readonly #tokens = new Map<string, IssuedToken>();
  readonly #latest = new Map<string, IssuedToken>();

  constructor(now: () => number) {
    this.#now = now;
  }

  get count(): number {
    return this.#tokens.size;
  }

  issue(
    client: ImsClient,
    scope: string,
    options: { lifetimeSeconds: number; opaque: boolean },
  ): string {
    const claims = claimsAt(this.#now(), {
      clientId: client.clientId,
      technicalAccountId: client.technicalAccountId,
      scope,
      lifetimeSeconds: options.lifetimeSeconds,
    });
    const value = options.opaque ? opaqueAccessToken() : encodeAccessToken(claims);
    const issued: IssuedToken = { value, claims, orgId: client.orgId, revoked: false };
    this.#tokens.set(value, issued);
    this.#latest.set(client.clientId, issued);
    client.mintCount += 1;
    return value;
  }

  /** A client's last token and its remaining whole seconds. */
  latest(clientId: string): { value: string; secondsLeft: number } | undefined {
    const issued = this.#latest.get(clientId);
    if (issued === undefined) return undefined;
    const secondsLeft = Math.floor(this.#millisecondsLeft(issued) / 1000);
    return { value: issued.value, secondsLeft: Math.max(0, secondsLeft) };
  }

  inspect(token: string): TokenInspection {
    const issued = this.#tokens.get(token);
    if (issued === undefined) return { valid: false, reason: 'unknown_token' };
    if (issued.revoked) return { valid: false, reason: 'revoked_token' };
    if (this.#millisecondsLeft(issued) <= 0) return { valid: false, reason: 'expired_token' };
    const { claims, orgId } = issued;
    return { valid: true, clientId: claims.client_id, orgId, claims };
  }

  revoke(token: string): void {
    const issued = this.#tokens.get(token);
    if (issued !== undefined) issued.revoked = true;
  }

  #millisecondsLeft({ claims }: IssuedToken): number {
    return Number(claims.created_at) + Number(claims.expires_in) - this.#now();
  }
}
