import {
  GetFunctionConfigurationCommand,
  InvokeCommand,
  LambdaClient,
  ListFunctionsCommand,
} from '@aws-sdk/client-lambda';
import { type Config, parseConfig } from '../../core/config.ts';
import { environmentVariables, rotatorNamePattern } from '../../core/contract.ts';
import { RotatorError } from '../../core/errors.ts';
import { CliError, perhapsCarriedOut } from '../errors.ts';
import { askAws, isUnanswered } from './ask.ts';
import { clientConfig } from './network.ts';
import { nextPage } from './next-page.ts';

/** A rotator's function, recognised by its environment. */
export interface RotatorFunction {
  readonly rotator: string;
  readonly name: string;
  readonly arn: string;
  /** The ARN of its role. */
  readonly role: string | undefined;
  readonly variables: Readonly<Record<string, string>>;
}

/** The functions of an account, as far as the principal may see them. */
export interface FunctionList {
  readonly rotators: readonly RotatorFunction[];
  /** Functions whose environment the principal may not decrypt: any of them may be a rotator's. */
  readonly unreadable: readonly string[];
}

/** The value that the function returned, or the error that it threw. */
export type Invocation =
  | { readonly ok: true; readonly payload: unknown }
  | { readonly ok: false; readonly errorType: string; readonly errorMessage: string };

const minute = 60;

// The rotator's own are shorter, but the function may be another one.
const longestType = 100;
const longestMessage = 10_000;

/** Lambda for an operator. Every failure is a CliError. */
export class Functions {
  readonly #client = new LambdaClient(clientConfig());
  // An invocation may run for 15 minutes, and the client must not repeat it.
  readonly #invoker = new LambdaClient({
    maxAttempts: 1,
    ...clientConfig({ requestTimeout: 16 * minute }),
  });
  readonly #signal: AbortSignal;

  constructor(signal: AbortSignal) {
    this.#signal = signal;
  }

  /** The functions of all rotators in the account and Region. */
  async rotators(): Promise<FunctionList> {
    const rotators: RotatorFunction[] = [];
    const unreadable: string[] = [];
    let Marker: string | undefined;
    do {
      const page = await askAws('lambda:ListFunctions', undefined, () =>
        this.#client.send(new ListFunctionsCommand({ Marker, MaxItems: 50 }), {
          abortSignal: this.#signal,
        }),
      );
      for (const listed of page.Functions ?? []) {
        const { FunctionName: name, FunctionArn: arn, Role: role, Environment } = listed;
        const variables = Environment?.Variables ?? {};
        const rotator = variables[environmentVariables.name];
        if (name && Environment?.Error !== undefined) unreadable.push(name);
        if (!name || !arn || rotator === undefined) continue;
        // Whoever may create a function may write anything into its environment.
        if (!rotatorNamePattern.test(rotator)) continue;
        rotators.push({ rotator, name, arn, role, variables });
      }
      Marker = nextPage(Marker, page.NextMarker);
    } while (Marker !== undefined);
    return { rotators, unreadable };
  }

  /** `Active` if Lambda can run the function, otherwise its state and the reason. */
  async state(name: string): Promise<string> {
    const { State = 'Active', StateReason } = await this.#configuration(name);
    return StateReason === undefined ? State : `${State}: ${StateReason}`;
  }

  /** Seconds after which Lambda ends a run of the function. */
  async timeout(name: string): Promise<number> {
    const { Timeout = 15 * minute } = await this.#configuration(name);
    return Timeout;
  }

  async #configuration(name: string) {
    return await askAws('lambda:GetFunctionConfiguration', name, () =>
      this.#client.send(new GetFunctionConfigurationCommand({ FunctionName: name }), {
        abortSignal: this.#signal,
      }),
    );
  }

  /**
   * Invokes the function and waits for its result.
   *
   * @param look shows what the function did, if it does not answer
   * @throws CliError, which says so if the function may be at work
   */
  async invoke(name: string, event: object, look: string): Promise<Invocation> {
    const { Payload, FunctionError } = await askAws('lambda:InvokeFunction', name, () =>
      this.#invoker.send(
        new InvokeCommand({ FunctionName: name, Payload: Buffer.from(JSON.stringify(event)) }),
      ),
    ).catch((error: unknown) => {
      throw isUnanswered(error) ? perhapsCarriedOut(error, `see what it did: ${look}`) : error;
    });
    const payload = parsed(Buffer.from(Payload ?? []).toString());
    if (FunctionError === undefined) return { ok: true, payload };
    const { errorType, errorMessage } = Object(payload) as {
      readonly errorType?: unknown;
      readonly errorMessage?: unknown;
    };
    return {
      ok: false,
      errorType: textOf(errorType, 'Error').slice(0, longestType),
      errorMessage: textOf(errorMessage, '').slice(0, longestMessage),
    };
  }
}

/** Lambda answers in JSON, but what passes for a rotator may not. */
function parsed(text: string): unknown {
  try {
    return JSON.parse(text || 'null');
  } catch {
    return undefined;
  }
}

function textOf(value: unknown, other: string): string {
  return typeof value === 'string' ? value : other;
}

/** @throws CliError ERR_FUNCTION_FAILED when somebody broke the function's environment */
export function configOf({ name, variables }: RotatorFunction, region: string): Config {
  try {
    return parseConfig({ ...variables, AWS_REGION: region });
  } catch (error) {
    if (!(error instanceof RotatorError)) throw error;
    const { problems } = error;
    const text = `${name} cannot run: its environment is invalid`;
    throw new CliError('ERR_FUNCTION_FAILED', text, 'deploy its stack again', { problems });
  }
}
