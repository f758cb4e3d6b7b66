import { randomUUID } from 'node:crypto';
import { accessDenied, callerContext } from '../wire/authorization.ts';
import { type AwsOptions, defaultAccountId, defaultRegion } from '../wire/aws-options.ts';
import { checkAccessKey, credentialScope, localUser } from '../wire/caller.ts';
import { AwsError } from '../wire/errors.ts';
import {
  type HttpReply,
  type HttpRequest,
  HttpServer,
  type LocalServer,
} from '../wire/http-server.ts';
import { AsyncEvents, type DroppedEvent } from './async-events.ts';
import {
  checkEnvironment,
  defaultCredentials,
  type FunctionDefinition,
  type RoleCredentials,
} from './environment.ts';
import { type InvocationOutcome, LambdaFunction } from './function.ts';
import { parseFunctionName } from './function-name.ts';
import {
  answerInvokeApi,
  type FoundFunction,
  type InvocationType,
  type InvokeAnswer,
} from './invoke-api.ts';

export interface LambdaEmulatorOptions extends AwsOptions {
  /** The clock, in milliseconds. A sandbox has the clock of this machine. @default Date.now */
  readonly now?: (() => number) | undefined;
  /** The credentials of every function's role. @default dummy credentials */
  readonly credentials?: RoleCredentials | undefined;
  /** The delays before the retries of an asynchronous event. @default [60_000, 120_000] */
  readonly asyncRetryDelaysMs?: readonly number[] | undefined;
  /** The first delay of a throttled asynchronous event. @default 1000 */
  readonly asyncThrottleDelayMs?: number | undefined;
  /** @default 10_000 */
  readonly initTimeoutMs?: number | undefined;
  readonly onLog?: ((functionName: string, line: string) => void) | undefined;
  readonly onInvoked?:
    | ((functionName: string, outcome: InvocationOutcome, durationMs?: number | undefined) => void)
    | undefined;
  readonly onEventDropped?: ((event: DroppedEvent) => void) | undefined;
}

/** The result of `invoke`. */
export interface InvocationResult {
  readonly requestId: string;
  /** The function's result or error; undefined unless the type is `RequestResponse`. */
  readonly payload: unknown;
  readonly functionError?: 'Unhandled' | undefined;
  /** The lines logged during the invocation. */
  readonly logs: readonly string[];
}

const maxSyncPayloadBytes = 6_291_456;
const maxAsyncPayloadBytes = 1_048_576;

/** Lambda on this machine; `url` is the endpoint of its API. */
export class LambdaEmulator implements LocalServer {
  /** Replacements for members of a function's configuration, for example `State`, by name. */
  readonly configurationOverrides = new Map<string, Readonly<Record<string, unknown>>>();
  readonly #options: LambdaEmulatorOptions;
  readonly #now: () => number;
  readonly #region: string;
  readonly #accountId: string;
  readonly #arnPrefix: string;
  readonly #functions = new Map<string, LambdaFunction>();
  readonly #dropped = new Map<string, number>();
  readonly #events: AsyncEvents;
  readonly #server = new HttpServer((request) => this.answer(request));
  #started = false;

  constructor(options: LambdaEmulatorOptions = {}) {
    const { region = defaultRegion, accountId = defaultAccountId, now = Date.now } = options;
    this.#options = options;
    this.#now = now;
    this.#region = region;
    this.#accountId = accountId;
    this.#arnPrefix = `arn:aws:lambda:${region}:${accountId}:function:`;
    this.#events = new AsyncEvents({
      now,
      retryDelaysMs: options.asyncRetryDelaysMs ?? [60_000, 120_000],
      throttleDelayMs: options.asyncThrottleDelayMs ?? 1000,
      onDropped: (event) => this.#recordDropped(event),
    });
  }

  get url(): string {
    return this.#server.url;
  }

  async start(port?: number): Promise<void> {
    await this.#server.start(port);
    this.#started = true;
    process.once('exit', this.#killAll);
  }

  async stop(): Promise<void> {
    this.#started = false;
    process.off('exit', this.#killAll);
    const events = this.#events.stop();
    await Promise.all([...this.#functions.values()].map((target) => target.stop()));
    await Promise.all([events, this.#server.stop()]);
  }

  /** Answers one request of the Lambda API, whichever server received it. */
  answer(request: HttpRequest): Promise<HttpReply> {
    return answerInvokeApi(
      {
        find: (...wanted) => this.#find(...wanted),
        list: () => [...this.#functions.values()],
        call: (found, type, body) => this.#call(found, type, body),
        authorize: (...question) => this.#checkAllowed(...question),
        overridesOf: (name) => this.configurationOverrides.get(name) ?? {},
      },
      request,
    );
  }

  /**
   * @returns the function's ARN
   * @throws AwsError if the name is taken, or an Error if the environment sets reserved variables
   */
  createFunction(definition: FunctionDefinition): string {
    const { functionName, environment = {} } = definition;
    if (this.#functions.has(functionName)) {
      const message = `Function already exist: ${functionName}`;
      throw new AwsError('ResourceConflictException', message, 409);
    }
    checkEnvironment(environment);
    const arn = `${this.#arnPrefix}${functionName}`;
    const surroundings = {
      arn,
      region: this.#region,
      now: this.#now,
      credentials: this.#options.credentials ?? defaultCredentials,
      initTimeoutMs: this.#options.initTimeoutMs ?? 10_000,
      onLog: (line: string) => this.#options.onLog?.(functionName, line),
      onInvoked: (outcome: InvocationOutcome, durationMs?: number | undefined) =>
        this.#options.onInvoked?.(functionName, outcome, durationMs),
    };
    this.#functions.set(functionName, new LambdaFunction(definition, surroundings));
    return arn;
  }

  /** Invokes a function without HTTP. The payload is any JSON value. */
  async invoke(
    functionName: string,
    payload: unknown = {},
    { type = 'RequestResponse' }: { readonly type?: InvocationType | undefined } = {},
  ): Promise<InvocationResult> {
    const body = Buffer.from(JSON.stringify(payload));
    const { requestId, record } = await this.#call(this.#find(functionName), type, body);
    if (record === undefined) return { requestId, payload: undefined, logs: [] };
    const result = { requestId, payload: JSON.parse(record.payload), logs: record.logs };
    return record.status === 'success' ? result : { ...result, functionError: 'Unhandled' };
  }

  /** The lines that the function and the platform logged, oldest first. Old lines are dropped. */
  logs(functionName: string): readonly string[] {
    return this.#find(functionName).target.logs;
  }

  /** The ids of a function's processes, busy or frozen. */
  processIds(functionName: string): readonly number[] {
    return this.#find(functionName).target.processIds;
  }

  /** Discards a function's warm sandboxes: its next invocation is a cold start. */
  async discardIdle(functionName: string): Promise<void> {
    await this.#find(functionName).target.discardIdle();
  }

  /** Resolves when every asynchronous event is handled or dropped. */
  idle(): Promise<void> {
    return this.#events.idle();
  }

  /** The number of dropped asynchronous events of a function: its `AsyncEventsDropped` metric. */
  asyncEventsDropped(functionName: string): number {
    return this.#dropped.get(functionName) ?? 0;
  }

  readonly #killAll = (): void => {
    for (const target of this.#functions.values()) target.kill();
  };

  #recordDropped(event: DroppedEvent): void {
    this.#dropped.set(event.functionName, this.asyncEventsDropped(event.functionName) + 1);
    this.#options.onEventDropped?.(event);
  }

  /** @throws AwsError if the name is malformed or refers to nothing */
  #find(text: string, qualifier?: string, action = 'InvokeFunction'): FoundFunction {
    const named = parseFunctionName(text, qualifier);
    const { region = this.#region, accountId = this.#accountId, name } = named;
    if (region !== this.#region) {
      const [there, here] = [region, this.#region].map((name) => `'${name}'`);
      const message = `Functions from ${there} are not reachable in this region (${here})`;
      throw new AwsError('ResourceNotFoundException', message, 404);
    }
    const target = this.#functions.get(name);
    const arn = `arn:aws:lambda:${region}:${accountId}:function:${name}`;
    const qualified = named.qualifier === undefined ? arn : `${arn}:${named.qualifier}`;
    const isLatest = named.qualifier === undefined || named.qualifier === '$LATEST';
    if (target !== undefined && accountId === this.#accountId && isLatest) {
      return { target, functionArn: qualified };
    }
    const missing =
      action === 'InvokeFunction' && named.qualifier === undefined ? `${arn}:$LATEST` : qualified;
    throw new AwsError('ResourceNotFoundException', `Function not found: ${missing}`, 404);
  }

  async #checkAllowed(request: HttpRequest, action: string, resource: string): Promise<void> {
    checkAccessKey(request, this.#options.accessKeyIds, 403);
    const { authorize = () => true, principalOf = () => localUser(this.#accountId) } =
      this.#options;
    const caller = principalOf(credentialScope(request)?.accessKeyId);
    const context = callerContext(caller, this.#region);
    if (await authorize(`lambda:${action}`, resource, context)) return;
    const { type, message } = accessDenied(caller, `lambda:${action}`, resource);
    throw new AwsError(type, message, 403);
  }

  async #call(found: FoundFunction, type: InvocationType, body: Buffer): Promise<InvokeAnswer> {
    if (!this.#started) throw new Error('the Lambda emulator is not running');
    const payload = checkedPayload(type, body);
    const requestId = randomUUID();
    const { target, functionArn } = found;
    const event = { requestId, payload, functionArn };
    if (type === 'RequestResponse') return { requestId, record: await target.invoke(event) };
    if (type === 'Event') this.#events.accept(target, event);
    return { requestId };
  }
}

function checkedPayload(type: InvocationType, body: Buffer): string {
  const limit = type === 'Event' ? maxAsyncPayloadBytes : maxSyncPayloadBytes;
  if (body.length > limit) {
    const message = `${body.length} byte payload is too large for the ${type} invocation type (limit ${limit} bytes)`;
    throw new AwsError('RequestTooLargeException', message, 413);
  }
  const text = body.length === 0 ? '{}' : body.toString();
  try {
    JSON.parse(text);
  } catch (error) {
    const problem = error instanceof Error ? error.message : String(error);
    const message = `Could not parse request body into json: ${problem}`;
    throw new AwsError('InvalidRequestContentException', message);
  }
  return text;
}
