import { randomUUID } from 'node:crypto';
import { type Authorize, accessDenied, callerContext } from '../wire/authorization.ts';
import { applyFault } from '../wire/aws-fault.ts';
import { type AwsOptions, defaultAccountId, defaultRegion } from '../wire/aws-options.ts';
import { checkAccessKey, credentialScope, localUser, type Principal } from '../wire/caller.ts';
import { AwsError, internalError, unknownOperation } from '../wire/errors.ts';
import { FaultPlan } from '../wire/fault-plan.ts';
import {
  type HttpReply,
  type HttpRequest,
  HttpServer,
  type LocalServer,
} from '../wire/http-server.ts';
import { BackgroundWork } from './background-work.ts';
import { requestContext } from './condition-keys.ts';
import type { Call, SecretsManagerFault } from './fault.ts';
import { type LabelListener, labelEvents } from './label-event.ts';
import { type CallListener, type CallRecord, type ObservedCall, tagsIn } from './observed-call.ts';
import { operations } from './operations.ts';
import { Persistence } from './persistence.ts';
import { protocol } from './protocol.ts';
import { type RotationFunction, Rotations } from './rotation.ts';
import { nextRotation, rotateDue } from './rotation-operations.ts';
import type { Secret } from './secret.ts';
import { SecretList } from './secret-list.ts';
import { type SecretSeed, seededSecret } from './seed.ts';
import type { Service } from './service.ts';
import { SecretStore } from './store.ts';

export interface SecretsManagerOptions extends AwsOptions {
  /** The clock, in milliseconds. @default Date.now */
  readonly now?: (() => number) | undefined;
  /** The state of a KMS key, which must be enabled if it is known. @default no key is known */
  readonly keyState?: (kmsKeyId: string) => string | undefined;
  /** The file that keeps the secrets across restarts, in clear text. @default none */
  readonly persistTo?: string | undefined;
  /** The maximum number of versions of a secret. @default 250 */
  readonly versionCap?: number | undefined;
  /** The delay after which ListSecrets shows a change. @default 0 */
  readonly listLagMs?: number | undefined;
  /** The number of attempts at a failing rotation. @default 1 */
  readonly rotationAttempts?: number | undefined;
}

/** AWS Secrets Manager over its real wire protocol. */
export class SecretsManagerEmulator implements LocalServer {
  readonly region: string;
  readonly accountId: string;
  readonly faults = new FaultPlan<Call, SecretsManagerFault>();
  readonly #http = new HttpServer((request) => this.answer(request));
  readonly #background = new BackgroundWork();
  readonly #rotations = new Rotations();
  readonly #listeners = new Set<LabelListener>();
  readonly #callListeners = new Set<CallListener>();
  readonly #errors: unknown[] = [];
  readonly #authorize: Authorize;
  readonly #accessKeyIds: readonly string[] | undefined;
  readonly #principalOf: (accessKeyId: string | undefined) => Principal;
  readonly #store: SecretStore;
  readonly #service: Service;
  readonly #persistence: Persistence | undefined;
  #calls: CallRecord[] = [];
  #loaded = false;

  constructor(options: SecretsManagerOptions = {}) {
    const { region = defaultRegion, accountId = defaultAccountId, now = Date.now } = options;
    this.region = region;
    this.accountId = accountId;
    this.#accessKeyIds = options.accessKeyIds;
    this.#authorize = options.authorize ?? (() => true);
    this.#principalOf = options.principalOf ?? (() => localUser(accountId));
    this.#store = new SecretStore({ region, accountId, now });
    this.#store.listLagMs = options.listLagMs ?? 0;
    this.#service = {
      region,
      now,
      versionCap: options.versionCap ?? 250,
      rotationAttempts: options.rotationAttempts ?? 1,
      keyState: options.keyState ?? (() => undefined),
      store: this.#store,
      list: new SecretList(this.#store),
      rotations: this.#rotations,
      background: this.#background,
    };
    if (options.persistTo !== undefined) {
      this.#persistence = new Persistence(options.persistTo, this.#store);
    }
  }

  get url(): string {
    return this.#http.url;
  }

  async start(port?: number): Promise<void> {
    if (!this.#loaded) {
      await this.#persistence?.load();
      this.#store.onChange((before, after) => this.#changed(before, after));
      this.#loaded = true;
    }
    await this.#http.start(port);
  }

  async stop(): Promise<void> {
    this.#background.stop();
    await this.#http.stop();
    await this.#persistence?.save();
  }

  /** Resolves when no rotation is running and every event is delivered. */
  idle(): Promise<void> {
    return this.#background.idle();
  }

  /** The delay after which ListSecrets shows a change, in milliseconds. */
  get listLagMs(): number {
    return this.#store.listLagMs;
  }

  set listLagMs(ms: number) {
    this.#store.listLagMs = ms;
  }

  /**
   * ListSecrets answers with an empty page before each page, as AWS may for a filtered list.
   *
   * @see https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_ListSecrets.html
   */
  get hasEmptyPages(): boolean {
    return this.#service.list.hasEmptyPages;
  }

  set hasEmptyPages(has: boolean) {
    this.#service.list.hasEmptyPages = has;
  }

  /** The calls so far, in the order of arrival. */
  get calls(): readonly CallRecord[] {
    return this.#calls;
  }

  clearCalls(): void {
    this.#calls = [];
  }

  /** The errors thrown by rotation functions, listeners and `authorize`. */
  get errors(): readonly unknown[] {
    return [...this.#errors, ...this.#background.errors];
  }

  /** Lets RotateSecret call a function by this ARN, as a Lambda permission would. */
  registerRotationFunction(arn: string, invoke: RotationFunction): void {
    this.#rotations.functions.set(arn, invoke);
  }

  /** When a secret is rotated next, in milliseconds; undefined if none is. */
  get nextRotation(): number | undefined {
    return nextRotation(this.#service);
  }

  /** Begins the rotations that are due now. Nothing else looks at their schedules. */
  readonly rotateDue = (): void => rotateDue(this.#service);

  /** Delivers `Secret Label Updated` to a listener. @returns a function that unsubscribes it */
  onLabelUpdated(listener: LabelListener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Reports every call to a listener. @returns a function that unsubscribes it */
  onCall(listener: CallListener): () => void {
    this.#callListeners.add(listener);
    return () => this.#callListeners.delete(listener);
  }

  /** Puts a secret in place without a call. It replaces one of the same name. @returns its ARN */
  seed(seed: SecretSeed): string {
    const secret = seededSecret(this.#service, seed);
    this.#store.put(secret);
    return secret.arn;
  }

  /** Answers one request, whichever server received it. */
  async answer(request: HttpRequest): Promise<HttpReply> {
    const requestId = randomUUID();
    try {
      return await this.#call(request, requestId);
    } catch (error) {
      if (error instanceof AwsError) return protocol.error(error, requestId);
      // The client is gone.
      if (request.signal.aborted) return 'reset';
      this.#errors.push(error);
      return protocol.error(internalError(), requestId);
    }
  }

  async #call(httpRequest: HttpRequest, requestId: string): Promise<HttpReply> {
    const { signal } = httpRequest;
    checkAccessKey(httpRequest, this.#accessKeyIds);
    const { action, input: body } = protocol.read(httpRequest);
    const prepare = operations.get(action);
    if (prepare === undefined) throw unknownOperation();
    const accessKeyId = credentialScope(httpRequest)?.accessKeyId;
    const caller = this.#principalOf(accessKeyId);
    const target = body['SecretId'] ?? body['Name'];
    const secretId = typeof target === 'string' ? target : undefined;
    const secret = secretId === undefined ? undefined : this.#store.find(secretId);
    const record: { -readonly [Key in keyof CallRecord]: CallRecord[Key] } = {
      action,
      secretName: secret?.name ?? secretId,
    };
    this.#calls.push(record);
    const fault = this.faults.take({ action, secretId, body });
    if (fault?.kind === 'reset') return 'reset';
    const denied = () => accessDenied(caller, `secretsmanager:${action}`, secretId ?? '*');
    try {
      await applyFault(fault, denied, signal);
      const { request, perform } = prepare(body);
      const resource =
        secretId === undefined ? '*' : (secret?.arn ?? this.#store.unknownArn(secretId));
      const context = requestContext(request, secret, callerContext(caller, this.region));
      if (!(await this.#authorize(`secretsmanager:${action}`, resource, context))) throw denied();
      const result = perform(this.#service);
      await this.#persistence?.save();
      return fault?.kind === 'reset-after' ? 'reset' : protocol.result(action, result, requestId);
    } catch (error) {
      if (!signal.aborted) {
        record.error = error instanceof AwsError ? error.type : 'InternalServiceError';
      }
      if (fault?.kind === 'reset-after') return 'reset';
      throw error;
    } finally {
      this.#tell({ action, accessKeyId, secretId, ...tagsIn(body), error: record.error });
    }
  }

  #tell(call: Omit<ObservedCall, 'at' | 'secretArn'>): void {
    const secretArn = this.#store.find(call.secretId ?? '')?.arn;
    for (const listener of this.#callListeners) {
      listener({ ...call, secretArn, at: this.#service.now() });
    }
  }

  #changed(before: Secret | undefined, after: Secret | undefined): void {
    this.#background.start(() => this.#persistence?.save());
    if (after === undefined || before?.versions === after.versions) return;
    for (const event of labelEvents(before, after, this.#service.now())) {
      for (const listener of this.#listeners) this.#background.start(() => listener(event));
    }
  }
}
