import { randomUUID } from 'node:crypto';

/** An OAuth Server-to-Server credential as the Adobe Developer Console would create it. */
export interface ClientRegistration {
  readonly clientId: string;
  readonly clientSecrets: readonly string[];
  /** The scopes granted to the client. */
  readonly scopes: readonly string[];
  readonly orgId?: string | undefined;
  /** The lifetime of its tokens. @default the emulator's */
  readonly lifetimeSeconds?: number | undefined;
  /** False for a client of another grant. @default true */
  readonly clientCredentialsAllowed?: boolean | undefined;
}

/** A registered client. It can change while the emulator runs. */
export class ImsClient {
  readonly clientId: string;
  readonly orgId: string | undefined;
  readonly technicalAccountId = `${randomUUID()}@techacct.adobe.com`;
  readonly #secrets: Set<string>;
  scopes: readonly string[];
  lifetimeSeconds: number;
  clientCredentialsAllowed: boolean;
  /** The number of tokens issued to it, repeated ones not counted. */
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

  /** Removes a secret. As at IMS, tokens minted with it stay valid. */
  removeSecret(secret: string): void {
    this.#secrets.delete(secret);
  }
}
