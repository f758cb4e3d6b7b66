import { type ClientRegistration, ImsClient } from './client.ts';
import type { ClientSecret } from './client-secret.ts';
import type { Parameters } from './parameters.ts';
import type { Refusal } from './refusal.ts';

type ClientDefaults = ConstructorParameters<typeof ImsClient>[1];

/** The clients that IMS knows. */
export class ClientRegistry {
  readonly #defaults: ClientDefaults;
  readonly #clients = new Map<string, ImsClient>();

  constructor(defaults: ClientDefaults) {
    this.#defaults = defaults;
  }

  register(registration: ClientRegistration): ImsClient {
    const { clientId, credentialId } = registration;
    if (this.#clients.has(clientId)) throw new Error(`client is registered already: ${clientId}`);
    if (credentialId !== undefined && this.ofCredential(credentialId) !== undefined) {
      throw new Error(`credential is registered already: ${credentialId}`);
    }
    const client = new ImsClient(registration, this.#defaults);
    this.#clients.set(clientId, client);
    return client;
  }

  get(clientId: string): ImsClient {
    const client = this.#clients.get(clientId);
    if (client === undefined) throw new Error(`no such client: ${clientId}`);
    return client;
  }

  /** The client of a credential in the Developer Console. */
  ofCredential(credentialId: string): ImsClient | undefined {
    return [...this.#clients.values()].find((client) => client.credentialId === credentialId);
  }

  remove(clientId: string): void {
    this.#clients.delete(clientId);
  }

  /** The client whose id and secret are in the request, and that secret. */
  authenticate(
    parameters: Parameters,
  ): { readonly client: ImsClient; readonly secret: ClientSecret } | Refusal {
    const client = this.#clients.get(parameters.get('client_id') ?? '');
    if (client === undefined) return invalidClient('client_id');
    const secret = client.liveSecret(parameters.get('client_secret') ?? '');
    if (secret === undefined) return invalidClient('client_secret');
    return { client, secret };
  }
}

/** Adobe's own code recognizes a rotated secret by exactly this text. */
function invalidClient(parameter: 'client_id' | 'client_secret'): Refusal {
  return { error: 'invalid_client', error_description: `invalid ${parameter} parameter` };
}
