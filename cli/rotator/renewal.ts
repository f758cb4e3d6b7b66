import * as v from 'valibot';
import { Functions } from '../aws/functions.ts';
import { CliError } from '../errors.ts';
import type { Session } from '../session.ts';
import { isCuredByStoring } from '../view/failure.ts';
import { nextCommand } from '../view/next-command.ts';
import { leakFirst } from './leak-first.ts';
import { deployedFunction, namesOf, type Rotator } from './rotator.ts';

/** The outcome of one credential's renewal by the function. */
export interface Renewal {
  readonly name: string;
  readonly outcome: 'renewed' | 'kept' | 'failed';
  readonly reason?: string | undefined;
  readonly expires_at?: string | undefined;
  /** An error code; perhaps one that only another release of the function knows. */
  readonly code?: string | undefined;
  readonly message?: string | undefined;
  /** Who can do what, where the code alone does not say it. */
  readonly fix?: string | undefined;
}

const shown = v.pipe(v.string(), v.maxLength(100));

const result = v.object({
  credentials: v.tuple([
    v.object({
      name: shown,
      outcome: v.picklist(['renewed', 'kept']),
      reason: v.optional(shown),
      expires_at: v.optional(shown),
    }),
  ]),
});

/** Renews credentials through the deployed function, one invocation each. */
export class Renewals {
  readonly #functions: Functions;
  readonly #functionName: string;
  readonly #session: Session;
  readonly #rotator: Rotator;

  /** @throws CliError ERR_FUNCTION_NOT_FOUND or ERR_AWS_DENIED */
  constructor(session: Session, rotator: Rotator) {
    this.#session = session;
    this.#rotator = rotator;
    this.#functionName = deployedFunction(rotator).name;
    this.#functions = new Functions(session.signal);
  }

  /**
   * Renews one credential if it is due or forced. A forced renewal names the version to replace, so
   * that an event delivered twice mints once.
   *
   * @throws CliError when the invocation failed
   */
  async renew(credential: string, force: boolean): Promise<Renewal> {
    const event = {
      action: 'renew',
      credential,
      force: force || undefined,
      replaces: force ? await this.#currentVersion(credential) : undefined,
    };
    const look = nextCommand('status', this.#session.options);
    const invocation = await this.#functions.invoke(this.#functionName, event, look);
    if (!invocation.ok) {
      const { errorType, errorMessage } = invocation;
      return await this.#afterLeak(failed(credential, errorType, errorMessage));
    }
    const parsed = v.safeParse(result, invocation.payload);
    if (parsed.success) return parsed.output.credentials[0];
    const text = "the function's result does not contain the renewal";
    throw new CliError('ERR_FUNCTION_FAILED', text, 'deploy the stack again: it may be older');
  }

  async #afterLeak(renewal: Renewal & { readonly code: string }): Promise<Renewal> {
    const { name, code } = renewal;
    if (!isCuredByStoring({ code })) return renewal;
    const { client } = namesOf(this.#rotator, name);
    const secret = await this.#session.secrets.describe(client).catch(() => undefined);
    return { ...renewal, fix: leakFirst(this.#session, name, secret) };
  }

  async #currentVersion(credential: string): Promise<string | undefined> {
    const { token } = namesOf(this.#rotator, credential);
    return (await this.#session.secrets.describe(token))?.currentVersionId;
  }
}

/** The error's type is its code, unless the function itself broke. */
function failed(
  name: string,
  errorType: string,
  errorMessage: string,
): Renewal & { readonly code: string } {
  if (errorType.startsWith('ERR_')) {
    return { name, outcome: 'failed', code: errorType, message: errorMessage };
  }
  throw new CliError(
    'ERR_FUNCTION_FAILED',
    `the function failed: ${errorType}: ${errorMessage.slice(0, 300)}`,
    'see the last lines of its log group',
  );
}
