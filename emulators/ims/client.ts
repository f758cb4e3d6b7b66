import { randomUUID } from 'node:crypto';
import { type Actor, ClientSecret } from './client-secret.ts';

/** An OAuth Server-to-Server credential as the Adobe Developer Console would create it. */
export interface ClientRegistration {
  readonly clientId: string;
  readonly clientSecrets: readonly string[];
  /** The scopes granted to the client. */
  readonly scopes: readonly string[];
  readonly orgId?: string | undefined;
  /** The credential's id in the Developer Console. @default none: the Console does not know it */
  readonly credentialId?: string | undefined;
  /** The numeric id of the organization in the Developer Console. @default none */
  readonly consoleOrgId?: string | undefined;
  /** The lifetime of its tokens. @default the emulator's */
  readonly lifetimeSeconds?: number | undefined;
  /** False for a client of another grant. @default true */
  readonly clientCredentialsAllowed?: boolean | undefined;
}

/** A registered client. It can change while the emulator runs. */
export class ImsClient {
  readonly clientId: string;
  readonly orgId: string | undefined;
  readonly credentialId: string | undefined;
  readonly consoleOrgId: string | undefined;
  readonly technicalAccountId = `${randomUUID()}@techacct.adobe.com`;
  readonly #now: () => number;
  readonly #secrets: ClientSecret[] = [];
  scopes: readonly string[];
  lifetimeSeconds: number;
  clientCredentialsAllowed: boolean;
  /** The number of tokens issued to it, repeated ones not counted. */
  mintCount = 0;

  /** @param now in epoch milliseconds */
  constructor(
    registration: ClientRegistration,
    { now, lifetimeSeconds }: { readonly now: () => number; readonly lifetimeSeconds: number },
  ) {
    this.#now = now;
    this.clientId = registration.clientId;
    this.orgId = registration.orgId;
    this.credentialId = registration.credentialId;
    this.consoleOrgId = registration.consoleOrgId;
    this.scopes = registration.scopes;
    this.lifetimeSeconds = registration.lifetimeSeconds ?? lifetimeSeconds;
    this.clientCredentialsAllowed = registration.clientCredentialsAllowed ?? true;
    for (const secret of registration.clientSecrets) this.addSecret(secret);
  }

  /** All that it ever had, oldest first. */
  get secrets(): readonly ClientSecret[] {
    return this.#secrets;
  }

  /** Those that IMS accepts, oldest first. */
  get liveSecrets(): readonly ClientSecret[] {
    return this.#secrets.filter(({ deletedAt }) => deletedAt === undefined);
  }

  /** The secret that IMS accepts by this value. */
  liveSecret(value: string): ClientSecret | undefined {
    return this.liveSecrets.find((secret) => secret.value === value);
  }

  /** Adds a secret. One with this value that it has already is left as it is. */
  addSecret(value: string, by: Actor = 'person'): ClientSecret {
    const existing = this.liveSecret(value);
    if (existing !== undefined) return existing;
    const secret = new ClientSecret(value, { at: this.#now(), by });
    this.#secrets.push(secret);
    return secret;
  }

  /** Removes a secret. As at IMS, tokens minted with it stay valid. */
  removeSecret(value: string, by: Actor = 'person'): void {
    const secret = this.liveSecret(value);
    if (secret === undefined) return;
    secret.deletedAt = this.#now();
    secret.deletedBy = by;
  }
}
