import { type ClientRegistration, ImsClient } from './client.ts';
import type { Parameters } from './parameters.ts';
import type { Refusal } from './refusal.ts';

/** The clients that IMS knows. */
export class ClientRegistry {
  readonly #defaultLifetimeSeconds: number;
  readonly #clients = new Map<string, ImsClient>();

  constructor(defaultLifetimeSeconds: number) {
    this.#defaultLifetimeSeconds = defaultLifetimeSeconds;
  }

  register(registration: ClientRegistration): ImsClient {
    const { clientId } = registration;
    if (this.#clients.has(clientId)) throw new Error(`client is registered already: ${clientId}`);
    const client = new ImsClient(registration, this.#defaultLifetimeSeconds);
    this.#clients.set(clientId, client);
    return client;
  }

  get(clientId: string): ImsClient {
    const client = this.#clients.get(clientId);
    if (client === undefined) throw new Error(`no such client: ${clientId}`);
    return client;
  }

  remove(clientId: string): void {
    this.#clients.delete(clientId);
  }

  /** The client whose id and secret are in the request. */
  authenticate(parameters: Parameters): ImsClient | Refusal {
    const client = this.#clients.get(parameters.get('client_id') ?? '');
    if (client === undefined) return invalidClient('client_id');
    if (!client.hasSecret(parameters.get('client_secret') ?? '')) {
      return invalidClient('client_secret');
    }
    return client;
  }
}

/** Adobe's own code recognizes a rotated secret by exactly this text. */
function invalidClient(parameter: 'client_id' | 'client_secret'): Refusal {
  return { error: 'invalid_client', error_description: `invalid ${parameter} parameter` };
}
