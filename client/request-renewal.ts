import type { AwsClient } from './options.ts';
import { TokenError } from './token-error.ts';

export interface RenewalRequest {
  readonly functionName: string;
  readonly credential: string;
  /** The version to replace. */
  readonly versionId: string;
  readonly signal: AbortSignal;
}

const retryIntervalMs = 60_000;

/** Asks the rotator's function for new tokens, once for each version that is to be replaced. */
export class RenewalRequests {
  readonly #now: () => number;
  readonly #region: { readonly region?: string };
  #client: AwsClient | undefined;
  #versionId = '';
  #accepted = false;
  #askedAt = 0;

  /** @param region of the client, unless one is given */
  constructor(now: () => number, region: { readonly region?: string }, client?: AwsClient) {
    this.#now = now;
    this.#region = region;
    this.#client = client;
  }

  /**
   * Does not wait for the renewal, because a sandbox may freeze meanwhile. However many consumers
   * ask, the function mints once: it forces a renewal only while that version is current. A request
   * that fails is repeated after a minute at the earliest.
   *
   * @returns true if the function was asked
   * @throws TokenError ERR_TOKEN_RENEWAL_FAILED
   */
  async ask(request: RenewalRequest): Promise<boolean> {
    const now = this.#now();
    const isRepeated = request.versionId === this.#versionId;
    const isEarly = Math.abs(now - this.#askedAt) < retryIntervalMs;
    if (isRepeated && (this.#accepted || isEarly)) return false;
    this.#versionId = request.versionId;
    this.#accepted = false;
    this.#askedAt = now;
    const { functionName, credential, versionId, signal } = request;
    try {
      // Inside `try`, a bundler of an app that has no such package only warns.
      const sdk = await import('@aws-sdk/client-lambda');
      this.#client ??= new sdk.LambdaClient(this.#region);
      const event = { action: 'renew', credential, force: true, replaces: versionId };
      const command = new sdk.InvokeCommand({
        FunctionName: functionName,
        InvocationType: 'Event',
        Payload: Buffer.from(JSON.stringify(event)),
      });
      await this.#client.send(command as never, { abortSignal: signal });
    } catch (error) {
      const { name, message } = error as Error;
      throw new TokenError(
        'ERR_TOKEN_RENEWAL_FAILED',
        `a product rejects the token of ${credential}, and ${functionName} could not be asked for another: the deployer must allow lambda:InvokeFunction (${name}: ${message})`,
        { cause: error },
      );
    }
    this.#accepted = true;
    return true;
  }
}
