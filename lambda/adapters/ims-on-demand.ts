import type { ClientCredentialsGrant, TokenEndpoint, TokenToValidate } from '../../core/ports.ts';
import type { TokenResponse } from '../../core/token-response.ts';
import { longestIdle } from './aws-http.ts';
import type { ImsTokenEndpoint } from './ims-token-endpoint.ts';

export interface ImsOnDemandOptions {
  /** Loads the HTTP client and opens the endpoint. */
  readonly open: () => Promise<ImsTokenEndpoint>;
  /** False if nothing may be kept for the next invocation. */
  readonly isReusable: boolean;
}

/**
 * The port `TokenEndpoint` for all invocations of a sandbox. Its HTTP client is loaded when a token is
 * due, which it mostly is not. Connections are kept for an invocation that follows at once.
 */
export class ImsOnDemand implements TokenEndpoint, AsyncDisposable {
  readonly #options: ImsOnDemandOptions;
  #endpoint: Promise<ImsTokenEndpoint> | undefined;
  #hasFailed = false;
  #lastUse = 0;

  constructor(options: ImsOnDemandOptions) {
    this.#options = options;
  }

  /** Begins to load the HTTP client, for example while Secrets Manager answers. */
  prepare(): void {
    this.#endpoint ??= this.#options.open();
    // A request reports it.
    this.#endpoint.catch(() => undefined);
  }

  async request(grant: ClientCredentialsGrant, signal: AbortSignal): Promise<TokenResponse> {
    return await this.#use((endpoint) => endpoint.request(grant, signal));
  }

  async validate(token: TokenToValidate, signal: AbortSignal): Promise<TokenResponse> {
    return await this.#use((endpoint) => endpoint.validate(token, signal));
  }

  /** Begins an invocation: connections that were kept through a freeze are closed. */
  async begin(): Promise<this> {
    if (Date.now() - this.#lastUse > longestIdle) await this.#close();
    return this;
  }

  /** Ends an invocation. What may still be in flight after a failure does not outlive it. */
  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#hasFailed || !this.#options.isReusable) await this.#close();
  }

  async #use(request: (endpoint: ImsTokenEndpoint) => Promise<TokenResponse>) {
    this.#endpoint ??= this.#options.open();
    try {
      return await request(await this.#endpoint);
    } catch (error) {
      this.#hasFailed = true;
      throw error;
    } finally {
      this.#lastUse = Date.now();
    }
  }

  async #close(): Promise<void> {
    const endpoint = this.#endpoint;
    this.#endpoint = undefined;
    this.#hasFailed = false;
    const opened = await endpoint?.catch(() => undefined);
    await opened?.[Symbol.asyncDispose]();
  }
}
