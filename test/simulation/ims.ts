// The model of Adobe IMS: several hosts, their clients, and every token that was issued.
import type { TokenResponse } from '../../core/token-response.ts';
import type { Clock } from './clock.ts';

/** A credential as Adobe knows it. */
export interface ImsClient {
  readonly clientId: string;
  readonly host: string;
  readonly secrets: Set<string>;
  /** The scopes that it may ask for. */
  readonly scopes: Set<string>;
  /** Seconds. */
  lifetime: number;
  /** Tokens say nothing about themselves. */
  readonly isOpaque: boolean;
  /** No secret of it is accepted. */
  isSuspended: boolean;
  /** The same token is issued until it ends. */
  repeats: boolean;
  last?: ImsToken | undefined;
  /** Told of each secret that a token was issued for. */
  onUse?: ((clientSecret: string) => void) | undefined;
}

export interface ImsToken {
  readonly value: string;
  readonly clientId: string;
  readonly scope: string;
  /** That it was issued for: several, if it was repeated. */
  readonly clientSecrets: Set<string>;
  /** In true time. */
  readonly issuedAt: number;
  readonly expiresAt: number;
  isRevoked: boolean;
}

export interface Grant {
  readonly clientId: string;
  readonly clientSecret: string;
  readonly scopes: readonly string[];
}

/** Every token holds this, and so is found in whatever leaks it. */
export const tokenMark = 'SimToken';

const day = 86_400;

export class Ims {
  readonly #clock: Clock;
  /** Seconds by which its clock is ahead. */
  readonly #skew: number;
  readonly #clients = new Map<string, ImsClient>();
  readonly #tokens = new Map<string, ImsToken>();
  #count = 0;

  constructor(clock: Clock, skew: number) {
    this.#clock = clock;
    this.#skew = skew;
  }

  register(client: ImsClient): void {
    this.#clients.set(client.clientId, client);
  }

  issued(value: string): ImsToken | undefined {
    return this.#tokens.get(value);
  }

  /** True if a product would accept the token now. */
  accepts(value: string): boolean {
    const token = this.#tokens.get(value);
    return token !== undefined && !token.isRevoked && token.expiresAt > this.#clock.now;
  }

  token(host: string, { clientId, clientSecret, scopes }: Grant): TokenResponse {
    const client = this.#clients.get(clientId);
    const isKnown =
      client?.host === host && !client.isSuspended && client.secrets.has(clientSecret);
    if (!isKnown) {
      return refusal('invalid_client', 'invalid client_secret parameter');
    }
    if (!scopes.every((scope) => client.scopes.has(scope))) {
      return refusal('invalid_scope', 'the client may not ask for these scopes');
    }
    client.onUse?.(clientSecret);
    const token = this.#issue(client, scopes.join(','));
    token.clientSecrets.add(clientSecret);
    return answer({
      access_token: token.value,
      token_type: 'bearer',
      expires_in: Math.ceil(token.expiresAt - this.#clock.now),
    });
  }

  validate(value: string): TokenResponse {
    return answer({ valid: this.accepts(value) });
  }

  #issue(client: ImsClient, scope: string): ImsToken {
    const { now } = this.#clock;
    const { last } = client;
    if (client.repeats && last?.scope === scope && last.expiresAt > now + 1) return last;
    const { clientId, lifetime } = client;
    const token = {
      value: this.#value(client),
      clientId,
      scope,
      clientSecrets: new Set<string>(),
      issuedAt: now,
      expiresAt: now + lifetime,
      isRevoked: false,
    };
    client.last = token;
    this.#tokens.set(token.value, token);
    this.#forget();
    return token;
  }

  #value({ clientId, isOpaque, lifetime }: ImsClient): string {
    this.#count += 1;
    const mark = `${tokenMark}-${this.#count}`;
    if (isOpaque) return mark;
    const claims = {
      client_id: clientId,
      created_at: String(Math.floor((this.#clock.now + this.#skew) * 1000)),
      expires_in: String(lifetime * 1000),
    };
    const part = (value: object): string =>
      Buffer.from(JSON.stringify(value)).toString('base64url');
    return `${part({ alg: 'RS256' })}.${part(claims)}.${mark}`;
  }

  #forget(): void {
    for (const { value, expiresAt } of this.#tokens.values()) {
      if (expiresAt > this.#clock.now - 5 * day) return;
      this.#tokens.delete(value);
    }
  }
}

export function refusal(error: string, error_description: string, status = 400): TokenResponse {
  return { status, body: JSON.stringify({ error, error_description }), debugId: 'sim-debug-id' };
}

export function answer(body: object): TokenResponse {
  return { status: 200, body: JSON.stringify(body) };
}
