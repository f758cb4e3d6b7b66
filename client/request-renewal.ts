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
/** The rotator asks IMS no more often when renewals keep failing. */
const renewalIntervalMs = 600_000;
const longestIntervalMs = 3_600_000;
/** After as long without a rejection, the next one has another cause. */
const anewAfterMs = 3_600_000;

/** Asks the rotator's function for new tokens, less and less often while these are rejected too. */
export class RenewalRequests {
  readonly #now: () => number;
  readonly #region: { readonly region?: string };
  #client: AwsClient | undefined;
  #askedAt = Number.NEGATIVE_INFINITY;
  #waitMs = 0;
  /** The last request that the function accepted. */
  #accepted = { versionId: '', at: Number.NEGATIVE_INFINITY, intervalMs: 0 };
  #rejectedAt = Number.NEGATIVE_INFINITY;
  #reported = '';

  /** @param region of the client, unless one is given */
  constructor(now: () => number, region: { readonly region?: string }, client?: AwsClient) {
    this.#now = now;
    this.#region = region;
    this.#client = client;
  }

  /**
   * Does not wait for the renewal, because a sandbox may freeze meanwhile. However many consumers
   * ask, the function mints once: it forces a renewal only while that version is current. A request
   * that fails is repeated after a minute at the earliest, and one that did not help, for example
   * while IMS was down, after ten. If the product rejects the new token too, renewals may not be
   * what it lacks: that interval doubles, until no token was rejected for an hour.
   *
   * @returns true if the function was asked
   * @throws TokenError ERR_TOKEN_RENEWAL_FAILED; ERR_TOKEN_REVOKED, once for each version, if
   * this has to wait
   */
  async ask(request: RenewalRequest): Promise<boolean> {
    const now = this.#now();
    if (Math.abs(now - this.#rejectedAt) >= anewAfterMs) this.#accepted.intervalMs = 0;
    this.#rejectedAt = now;
    if (Math.abs(now - this.#askedAt) < this.#waitMs) {
      this.#reportWait(request, now);
      return false;
    }
    this.#askedAt = now;
    this.#waitMs = retryIntervalMs;
    const { functionName, credential, versionId, signal } = request;
    if (versionId === '') {
      throw new TokenError(
        'ERR_TOKEN_RENEWAL_FAILED',
        `a product rejects the token of ${credential}, but the source does not tell its VersionId, without which it cannot be replaced`,
      );
    }
    try {
      await Promise.race([timeoutOf(signal), this.#invoke(request)]);
    } catch (error) {
      const { name, message } = error as Error;
      throw new TokenError(
        'ERR_TOKEN_RENEWAL_FAILED',
        `a product rejects the token of ${credential}, and ${functionName} could not be asked for another: the deployer must allow lambda:InvokeFunction (${name}: ${message})`,
        { cause: error },
      );
    }
    const intervalMs = this.#intervalAfter(versionId);
    // The renewal failed, so that nothing is known of the token that it was to mint.
    this.#waitMs = versionId === this.#accepted.versionId ? renewalIntervalMs : intervalMs;
    this.#accepted = { versionId, at: now, intervalMs };
    return true;
  }

  #intervalAfter(versionId: string): number {
    const { intervalMs, versionId: before } = this.#accepted;
    if (versionId === before) return intervalMs;
    return Math.min(Math.max(2 * intervalMs, renewalIntervalMs), longestIntervalMs);
  }

  #reportWait({ credential, versionId }: RenewalRequest, now: number): void {
    const { versionId: accepted, at } = this.#accepted;
    const isSame = versionId === accepted;
    const isOnItsWay = isSame && Math.abs(now - at) < retryIntervalMs;
    // A request that failed was reported, whichever version it was for.
    if (isOnItsWay || versionId === this.#reported || this.#askedAt !== at) return;
    this.#reported = versionId;
    const rejects = isSame
      ? `rejects the token of ${credential}, which the rotator was asked to replace, and which is still what the source returns`
      : `rejects the new token of ${credential}, too`;
    const next = new Date(at + this.#waitMs).toISOString();
    throw new TokenError(
      'ERR_TOKEN_REVOKED',
      `a product ${rejects}; it is asked again from ${next}`,
    );
  }

  async #invoke({ functionName, credential, versionId, signal }: RenewalRequest): Promise<void> {
    const sdk = await import('@aws-sdk/client-lambda').catch((error: Error) => {
      // With a `catch`, a bundler of an app that has no such package only warns.
      throw error;
    });
    this.#client ??= new sdk.LambdaClient(this.#region);
    const event = { action: 'renew', credential, force: true, replaces: versionId, notice: true };
    const command = new sdk.InvokeCommand({
      FunctionName: functionName,
      InvocationType: 'Event',
      Payload: Buffer.from(JSON.stringify(event)),
    });
    await this.#client.send(command as never, { abortSignal: signal });
  }
}

/** Not every client honours a signal. */
async function timeoutOf(signal: AbortSignal): Promise<never> {
  return await new Promise((_, reject) => {
    signal.addEventListener('abort', () => {
      reject(new DOMException('no answer in time', 'TimeoutError'));
    });
  });
}
