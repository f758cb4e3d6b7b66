import { CachedTokenReader, type ReaderPorts } from '../../client/cached-token-reader.ts';
import type { ReadRequest, SecretValue, TokenReaderOptions } from '../../client/options.ts';
import type { TokenError } from '../../client/token-error.ts';

export const start = Date.UTC(2026, 10, 22, 12);
export const secretId = 'ims-token-rotator/Team/fusion/token';

/** The value of a token secret. */
export function secretValue(
  accessToken: string,
  expiresAt: number,
  fields: Readonly<Record<string, unknown>> = {},
): SecretValue {
  const token = {
    schema: 1,
    access_token: accessToken,
    expires_at: new Date(expiresAt).toISOString(),
    client_id: 'acme-client',
    ...fields,
  };
  return { SecretString: JSON.stringify(token), VersionId: `version-of-${accessToken}` };
}

/** A source on a virtual clock, which the test answers for. */
export class Source {
  ms = start;
  /** The answer to the next reads; a function is called for each. */
  answer: SecretValue | Error | (() => Promise<SecretValue>);
  readonly reads: { at: number; fresh: boolean; signal: AbortSignal }[] = [];

  constructor(lifetimeSeconds = 86_400) {
    this.answer = secretValue('token-1', start + lifetimeSeconds * 1000);
  }

  readonly now = (): number => this.ms;

  readonly read = async ({ fresh, signal }: ReadRequest): Promise<SecretValue> => {
    this.reads.push({ at: this.ms, fresh, signal });
    if (typeof this.answer === 'function') return await this.answer();
    if (this.answer instanceof Error) throw this.answer;
    return await Promise.resolve(this.answer);
  };

  advance(seconds: number): void {
    this.ms += seconds * 1000;
  }
}

/** A reader of that source, and the problems that it reports. */
export function startReader(
  source: Source,
  options: Partial<TokenReaderOptions> = {},
  renew?: ReaderPorts['renew'],
) {
  const problems: TokenError[] = [];
  const reader = new CachedTokenReader(
    { secretId, onProblem: (problem) => problems.push(problem), ...options },
    { now: source.now, read: source.read, renew },
  );
  return { reader, problems };
}

/** An error as the SDK throws it. */
export function awsError(name: string, message = name): Error {
  return Object.assign(new Error(message), { name, $fault: 'client' });
}

/** A promise, and the function that settles it. */
export function pending<Value>() {
  const { promise, resolve, reject } = Promise.withResolvers<Value>();
  return { promise, resolve, reject };
}

/** Lets everything that waits for nothing outside run. */
export async function settle(): Promise<void> {
  for (let turn = 0; turn < 20; turn += 1) await Promise.resolve();
}
