import { randomUUID } from 'node:crypto';
import { type Authorize, accessDenied, callerContext } from '../wire/authorization.ts';
import { type AwsFault, applyFault } from '../wire/aws-fault.ts';
import { jsonProtocol } from '../wire/aws-json.ts';
import { type AwsOptions, defaultAccountId, defaultRegion } from '../wire/aws-options.ts';
import { queryProtocol } from '../wire/aws-query.ts';
import { checkAccessKey, credentialScope } from '../wire/caller.ts';
import { AwsError, internalError } from '../wire/errors.ts';
import { FaultPlan } from '../wire/fault-plan.ts';
import {
  type HttpHandler,
  type HttpReply,
  type HttpRequest,
  HttpServer,
  type LocalServer,
} from '../wire/http-server.ts';
import type { Protocol } from '../wire/protocol.ts';
import { Account } from './account.ts';
import { cloudtrail } from './cloudtrail.ts';
import { cloudwatch } from './cloudwatch.ts';
import { type ForwardedService, forwardedServices } from './forwarded.ts';
import { kms } from './kms.ts';
import { scheduler } from './scheduler.ts';
import type { AwsService, Circumstances } from './service.ts';
import { sns } from './sns.ts';
import { sts } from './sts.ts';

export interface AwsEndpointOptions extends Omit<AwsOptions, 'principalOf'> {
  /** The clock, in milliseconds. @default Date.now */
  readonly now?: (() => number) | undefined;
  /** The handlers of forwarded services. @default none */
  readonly services?: ReadonlyMap<ForwardedService, HttpHandler> | undefined;
}

/** One call. The service has its name in IAM actions, for example `cloudwatch`. */
export interface AwsCall {
  readonly service: string;
  readonly action: string;
}

/** An entry in the record of calls. */
export interface AwsCallRecord extends AwsCall {
  /** The type of the error, if the call failed. */
  readonly error?: string | undefined;
}

type Mutable<Type> = { -readonly [Key in keyof Type]: Type[Key] };

/** The services, by their signing names. */
const services: ReadonlyMap<string, AwsService> = new Map([
  ['cloudtrail', cloudtrail],
  ['kms', kms],
  ['monitoring', cloudwatch],
  ['scheduler', scheduler],
  ['sns', sns],
  ['sts', sts],
]);

/** One endpoint for every AWS service. The signature of a request names the service. */
export class AwsEndpoint implements LocalServer {
  readonly account: Account;
  readonly faults = new FaultPlan<AwsCall, AwsFault>();
  /** Added to every Date header, to imitate a client whose clock is wrong. */
  clockOffsetMs = 0;
  readonly #now: () => number;
  readonly #authorize: Authorize;
  readonly #accessKeyIds: readonly string[] | undefined;
  readonly #forwarded: ReadonlyMap<string, HttpHandler>;
  readonly #http = new HttpServer((request) => this.#answer(request));
  readonly #errors: unknown[] = [];
  #calls: AwsCallRecord[] = [];

  constructor(options: AwsEndpointOptions = {}) {
    const { region = defaultRegion, accountId = defaultAccountId } = options;
    this.account = new Account({ region, accountId });
    this.#now = options.now ?? Date.now;
    this.#accessKeyIds = options.accessKeyIds;
    this.#authorize = options.authorize ?? (() => true);
    this.#forwarded = options.services ?? new Map();
  }

  get url(): string {
    return this.#http.url;
  }

  async start(port?: number): Promise<void> {
    await this.#http.start(port);
  }

  async stop(): Promise<void> {
    await this.#http.stop();
  }

  /** The calls so far, in the order of arrival, without those sent directly to a service. */
  get calls(): readonly AwsCallRecord[] {
    return this.#calls;
  }

  clearCalls(): void {
    this.#calls = [];
  }

  /** The errors of the emulation itself, and those thrown by `authorize`. */
  get errors(): readonly unknown[] {
    return this.#errors;
  }

  async #answer(request: HttpRequest): Promise<HttpReply> {
    const reply = await this.#route(request);
    if (reply === 'reset') return reply;
    const date = new Date(this.#now() + this.clockOffsetMs).toUTCString();
    return { ...reply, headers: { ...reply.headers, date } };
  }

  #route(request: HttpRequest): HttpReply | Promise<HttpReply> {
    const scope = credentialScope(request);
    if (scope === undefined) {
      const type = 'MissingAuthenticationTokenException';
      return refusal(request, new AwsError(type, 'Missing Authentication Token', 403));
    }
    try {
      checkAccessKey(request, this.#accessKeyIds, 403);
    } catch (error) {
      return refusal(request, error as AwsError);
    }
    const circumstances = {
      account: this.account,
      caller: this.account.principal(scope.accessKeyId),
      accessKeyId: scope.accessKeyId,
      now: this.#now(),
    };
    const service = services.get(scope.service);
    if (service !== undefined) return this.#call(service, request, circumstances);
    const handler = this.#forwarded.get(scope.service);
    const forwarded = forwardedServices.get(scope.service);
    if (handler === undefined || forwarded === undefined) {
      const message = `The service that is signed for as ${scope.service} is not emulated.`;
      return refusal(request, new AwsError('UnknownServiceException', message));
    }
    return this.#call(forwarded, request, circumstances, handler);
  }

  async #call(
    service: AwsService,
    request: HttpRequest,
    circumstances: Circumstances,
    handler?: HttpHandler,
  ): Promise<HttpReply> {
    const requestId = randomUUID();
    const record: Mutable<AwsCallRecord> = { service: service.name, action: '' };
    const protocol =
      typeof service.protocol === 'function' ? service.protocol(request) : service.protocol;
    let isLost = false;
    try {
      const { action, input } = protocol.read(request);
      record.action = action;
      this.#calls.push(record);
      const fault = this.faults.take({ service: service.name, action });
      if (fault?.kind === 'reset') return 'reset';
      isLost = fault?.kind === 'reset-after';
      const iamAction = `${service.name}:${action}`;
      const denied = (resource: string) => accessDenied(circumstances.caller, iamAction, resource);
      await applyFault(fault, () => denied('*'), request.signal);
      if (handler !== undefined) {
        const reply = await this.#forward(handler, request, record);
        return isLost ? 'reset' : reply;
      }
      const operation = service.operations.get(action);
      if (operation === undefined) throw protocol.unknown(action);
      const { resource, perform } = operation(circumstances, input);
      const context = callerContext(circumstances.caller, this.account.region);
      if (resource !== undefined && !(await this.#authorize(iamAction, resource, context))) {
        throw denied(resource);
      }
      const reply = protocol.result(action, perform(), requestId);
      return isLost ? 'reset' : reply;
    } catch (error) {
      // The client is gone.
      if (request.signal.aborted) return 'reset';
      if (!(error instanceof AwsError)) this.#errors.push(error);
      const answered = named(service, error instanceof AwsError ? error : internalError());
      record.error = answered.type;
      return isLost ? 'reset' : protocol.error(answered, requestId);
    }
  }

  async #forward(
    handler: HttpHandler,
    request: HttpRequest,
    record: Mutable<AwsCallRecord>,
  ): Promise<HttpReply> {
    const reply = await handler(request);
    if (reply === 'reset') return reply;
    const headers = Object.entries(reply.headers ?? {});
    const type = headers.find(([name]) => name.toLowerCase() === 'x-amzn-errortype')?.[1];
    if (type !== undefined) record.error = type;
    return reply;
  }
}

/** The error under this service's name for it. */
function named({ errors }: AwsService, error: AwsError): AwsError {
  const [type, status] = errors?.[error.type] ?? [error.type, error.status];
  return new AwsError(type, error.message, status);
}

/** The error for an unknown service, in the protocol that the client most likely reads. */
function refusal({ headers }: HttpRequest, error: AwsError): HttpReply {
  const isQuery = headers['content-type']?.startsWith('application/x-www-form-urlencoded');
  const protocol: Protocol = isQuery ? queryProtocol('') : jsonProtocol('1.1', '');
  return protocol.error(error, randomUUID());
}
