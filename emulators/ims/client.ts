import { randomUUID } from 'node:crypto';

/** An OAuth Server-to-Server credential as the Adobe Developer Console would make it. */
export interface ClientRegistration {
  readonly clientId: string;
  readonly clientSecrets: readonly string[];
  /** The scopes that are granted to the client. */
  readonly scopes: readonly string[];
  readonly orgId?: string | undefined;
  /** How long its tokens live. @default that of the emulator */
  readonly lifetimeSeconds?: number | undefined;
  /** False for a client that was made for another grant. @default true */
  readonly clientCredentialsAllowed?: boolean | undefined;
}

/** A registered client, which may be changed while the emulator runs. */
export class ImsClient {
  readonly clientId: string;
  readonly orgId: string | undefined;
  readonly technicalAccountId = `${randomUUID()}@techacct.adobe.com`;
  readonly #secrets: Set<string>;
  scopes: readonly string[];
  lifetimeSeconds: number;
  clientCredentialsAllowed: boolean;
  /** How many tokens it got that it did not have before. */
  mintCount = 0;

  constructor(registration: ClientRegistration, defaultLifetimeSeconds: number) {
    this.clientId = registration.clientId;
    this.orgId = registration.orgId;
    this.#secrets = new Set(registration.clientSecrets);
    this.scopes = registration.scopes;
    this.lifetimeSeconds = registration.lifetimeSeconds ?? defaultLifetimeSeconds;
    this.clientCredentialsAllowed = registration.clientCredentialsAllowed ?? true;
  }

  hasSecret(secret: string): boolean {
    return this.#secrets.has(secret);
  }

  addSecret(secret: string): void {
    this.#secrets.add(secret);
  }

  /** Tokens that were minted with the secret stay valid, as at IMS. */
  removeSecret(secret: string): void {
    this.#secrets.delete(secret);
  }
}
