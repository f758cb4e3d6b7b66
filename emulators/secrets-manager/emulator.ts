import { randomUUID } from 'node:crypto';
import { type Authorize, accessDenied, callerContext } from '../wire/authorization.ts';
import { applyFault } from '../wire/aws-fault.ts';
import { credentialScope, localUser, type Principal } from '../wire/caller.ts';
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
import type { CallListener, CallRecord, ObservedCall } from './observed-call.ts';
import { operations } from './operations.ts';
import { Persistence } from './persistence.ts';
import { protocol } from './protocol.ts';
import { type RotationFunction, Rotations } from './rotation.ts';
import type { Secret } from './secret.ts';
import { SecretList } from './secret-list.ts';
import { type SecretSeed, seededSecret } from './seed.ts';
import type { Service } from './service.ts';
import { SecretStore } from './store.ts';

/** What an emulator can be told; every member has a default. */
export interface SecretsManagerOptions {
  /** @default 'us-east-1' */
  readonly region?: string;
  /** @default '111122223333' */
  readonly accountId?: string;
  /** The clock, in milliseconds. @default Date.now */
  readonly now?: () => number;
  /** @default every call is allowed */
  readonly authorize?: Authorize;
  /** Who calls with an access key. @default always the same user */
  readonly principalOf?: (accessKeyId: string | undefined) => Principal;
  /** The state of a key, if there is one: values are read and stored with an enabled one only. @default there is none */
  readonly keyState?: (kmsKeyId: string) => string | undefined;
  /** A file that keeps the secrets, in clear, over restarts. @default none */
  readonly persistTo?: string;
  /** How many versions one secret can have. @default 250 */
  readonly versionCap?: number;
  /** How old the answers of ListSecrets are. @default 0 */
  readonly listLagMs?: number;
  /** How often a failing rotation is begun. @default 1 */
  readonly rotationAttempts?: number;
}

/** AWS Secrets Manager as its clients see it, over the real wire protocol. */
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
  readonly #principalOf: (accessKeyId: string | undefined) => Principal;
  readonly #store: SecretStore;
  readonly #service: Service;
  readonly #persistence: Persistence | undefined;
  #calls: CallRecord[] = [];
  #loaded = false;

  constructor(options: SecretsManagerOptions = {}) {
    const { region = 'us-east-1', accountId = '111122223333', now = Date.now } = options;
    this.region = region;
    this.accountId = accountId;
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

  /** Resolves when no rotation runs any more and every event is delivered. */
  idle(): Promise<void> {
    return this.#background.idle();
  }

  /** How old the answers of ListSecrets are, in milliseconds. */
  get listLagMs(): number {
    return this.#store.listLagMs;
  }

  set listLagMs(ms: number) {
    this.#store.listLagMs = ms;
  }

  /** Every call so far, in the order of arrival. */
  get calls(): readonly CallRecord[] {
    return this.#calls;
  }

  clearCalls(): void {
    this.#calls = [];
  }

  /** What rotation functions, listeners and `authorize` threw. */
  get errors(): readonly unknown[] {
    return [...this.#errors, ...this.#background.errors];
  }

  /** Lets RotateSecret call a function under this ARN, as a Lambda permission would. */
  registerRotationFunction(arn: string, invoke: RotationFunction): void {
    this.#rotations.functions.set(arn, invoke);
  }

  /** Delivers `Secret Label Updated` to a function, until the returned one is called. */
  onLabelUpdated(listener: LabelListener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Tells a function of every call that was answered, as CloudTrail is told. */
  onCall(listener: CallListener): () => void {
    this.#callListeners.add(listener);
    return () => this.#callListeners.delete(listener);
  }

  /** Puts a secret there without a call, such as a replica, in place of one of that name. */
  seed(seed: SecretSeed): string {
    const secret = seededSecret(this.#service, seed);
    this.#store.put(secret);
    return secret.arn;
  }

  /** Answers one request, whichever server it came by. */
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
      if (fault?.kind !== 'reset-after') await applyFault(fault, denied, signal);
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
      this.#tell({ action, accessKeyId, secretId, error: record.error });
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
