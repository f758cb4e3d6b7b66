import * as v from 'valibot';
import { Functions } from '../aws/functions.ts';
import { CliError } from '../errors.ts';
import type { Session } from '../session.ts';
import { functionOf, namesOf, type Rotator } from './rotator.ts';

/** What became of one credential that the function was asked to renew. */
export interface Renewal {
  readonly name: string;
  readonly outcome: 'renewed' | 'kept' | 'failed';
  readonly reason?: string | undefined;
  readonly expires_at?: string | undefined;
  readonly code?: string;
  readonly message?: string;
}

const result = v.object({
  credentials: v.tuple([
    v.object({
      name: v.string(),
      outcome: v.picklist(['renewed', 'kept']),
      reason: v.optional(v.string()),
      expires_at: v.optional(v.string()),
    }),
  ]),
});

// What a run says of a credential: its name, the code, and what happened.
const failureLine = /^\S+: (ERR_[A-Z_]+): (.*)$/s;

/** Has the deployed function renew credentials, one invocation each. */
export class Renewals {
  readonly #functions: Functions;
  readonly #functionName: string;
  readonly #session: Session;
  readonly #rotator: Rotator;

  /** @throws CliError ERR_FUNCTION_NOT_FOUND */
  constructor(session: Session, rotator: Rotator) {
    this.#session = session;
    this.#rotator = rotator;
    this.#functionName = functionOf(rotator);
    this.#functions = new Functions(session.signal);
  }

  /**
   * Renews one credential, if it is due or forced. A forced renewal names the version that it is to
   * replace, so that it is done once, however often it is delivered.
   *
   * @throws CliError when the function could not be called or did not answer
   */
  async renew(credential: string, force: boolean): Promise<Renewal> {
    const event = { action: 'renew', credential, ...(force ? await this.#force(credential) : {}) };
    const invocation = await this.#functions.invoke(this.#functionName, event);
    if (!invocation.ok) return failed(credential, invocation.errorType, invocation.errorMessage);
    const parsed = v.safeParse(result, invocation.payload);
    if (parsed.success) return parsed.output.credentials[0];
    const text = 'the function did not say what became of the renewal';
    throw new CliError('ERR_FUNCTION_FAILED', text, 'deploy the stack again: it may be older');
  }

  async #force(credential: string): Promise<object> {
    const { token } = namesOf(this.#rotator, credential);
    const replaces = (await this.#session.secrets.describe(token))?.currentVersionId;
    return { force: true, ...(replaces === undefined ? {} : { replaces }) };
  }
}

function failed(name: string, errorType: string, errorMessage: string): Renewal {
  const [, code, message = ''] = failureLine.exec(errorMessage) ?? [];
  if (code !== undefined) return { name, outcome: 'failed', code, message };
  if (errorType.startsWith('ERR_')) {
    return { name, outcome: 'failed', code: errorType, message: errorMessage };
  }
  throw new CliError(
    'ERR_FUNCTION_FAILED',
    `the function failed: ${errorType}: ${errorMessage.slice(0, 300)}`,
    'look at the last lines of its log group',
  );
}
