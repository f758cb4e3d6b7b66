import type { ConsoleResponse } from '../../core/console-secrets.ts';
import type { ConsoleAccess, ConsoleEndpoint } from '../../core/ports.ts';

type Opened = ConsoleEndpoint & AsyncDisposable;

/**
 * The port `ConsoleEndpoint` for one invocation. Its HTTP client is loaded when it is first used, which
 * most invocations do not.
 */
export class ConsoleOnDemand implements ConsoleEndpoint, AsyncDisposable {
  readonly #open: () => Promise<Opened>;
  #endpoint: Promise<Opened> | undefined;

  /** @param open loads the HTTP client and opens the endpoint */
  constructor(open: () => Promise<Opened>) {
    this.#open = open;
  }

  async list(access: ConsoleAccess, signal: AbortSignal): Promise<ConsoleResponse> {
    return await (await this.#opened()).list(access, signal);
  }

  async add(access: ConsoleAccess, signal: AbortSignal): Promise<ConsoleResponse> {
    return await (await this.#opened()).add(access, signal);
  }

  async remove(access: ConsoleAccess, uuid: string, signal: AbortSignal): Promise<ConsoleResponse> {
    return await (await this.#opened()).remove(access, uuid, signal);
  }

  /** What may still be in flight after a failure does not outlive the invocation. */
  async [Symbol.asyncDispose](): Promise<void> {
    const opened = await this.#endpoint?.catch(() => undefined);
    await opened?.[Symbol.asyncDispose]();
  }

  async #opened(): Promise<Opened> {
    this.#endpoint ??= this.#open();
    return await this.#endpoint;
  }
}
