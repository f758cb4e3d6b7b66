// Everything that a seed's world consists of, on one clock.
import type { Config } from '../../core/config.ts';
import { longestWait } from './bounds.ts';
import { ClientRotation } from './client-rotation.ts';
import { ClientRules } from './client-rules.ts';
import { Clock } from './clock.ts';
import { Consumers } from './consumers.ts';
import { Counts } from './counts.ts';
import { Credential, prefix } from './credential.ts';
import { Duties } from './duties.ts';
import { finalStorms, type StormKind } from './faults.ts';
import { History } from './history.ts';
import { Ims } from './ims.ts';
import { Invariants } from './invariants.ts';
import type { Invocation } from './invocation.ts';
import { Lambda } from './lambda.ts';
import { Operators } from './operators.ts';
import { type Plan, type Settings, start } from './plan.ts';
import { Properties } from './properties.ts';
import { Random } from './random.ts';
import { Scheduler } from './scheduler.ts';
import type { Secret } from './secret.ts';
import { SecretsManager } from './secrets-manager.ts';
import { Weather } from './weather.ts';

/** What must never happen, and did. */
export interface Violation {
  /** For example `invariant 3` or `P1`. */
  readonly rule: string;
  readonly text: string;
  readonly at: number;
  readonly credential: string | undefined;
}

/** Storms that strike one client of a host, and not all of them. */
const ofOneClient: ReadonlySet<StormKind> = new Set<StormKind>([
  'ims-429',
  'ims-429-with-a-date',
  'ims-no-token-in-2xx',
  'ims-gateway-403',
  'ims-rejects-its-token',
  'proxy-secret-invalid',
  'http-client-throws-a-type-error',
]);

export class World {
  readonly plan: Plan;
  readonly settings: Settings;
  readonly config: Config;
  readonly clock = new Clock(start);
  readonly random: Random;
  readonly counts = new Counts();
  readonly history = new History();
  readonly secretsManager: SecretsManager;
  readonly ims: Ims;
  /** The tokens that IMS has said it accepts, to whichever run. */
  readonly acceptedTokens = new Set<string>();
  readonly credentials: ReadonlyMap<string, Credential>;
  readonly weather: Weather;
  readonly invariants: Invariants;
  readonly properties: Properties;
  readonly duties: Duties;
  readonly clientRules: ClientRules;
  readonly lambda: Lambda;
  readonly consumers: Consumers;
  violation: Violation | undefined;
  readonly #byName = new Map<string, Credential>();
  readonly #byClient = new Map<string, Credential>();

  constructor(plan: Plan) {
    this.plan = plan;
    this.settings = plan.settings;
    this.random = new Random(`calls of seed ${plan.settings.seed}`);
    this.secretsManager = new SecretsManager(this.clock, plan.settings.putTakesPending);
    this.ims = new Ims(this.clock, plan.settings.imsSkew);
    this.credentials = new Map(
      plan.credentials.map((each, index) => [each.name, new Credential(each, index, this.clock)]),
    );
    for (const credential of this.credentials.values()) this.#createSecrets(credential);
    this.config = configOf(plan, this.credentials);
    this.weather = new Weather(this.clock, this.random.fork('weather'), this.counts, plan.storms);
    this.invariants = new Invariants(this);
    this.properties = new Properties(this);
    this.duties = new Duties(this);
    this.clientRules = new ClientRules(this);
    this.lambda = new Lambda(this);
    this.secretsManager.onCurrent = (secret) => {
      this.properties.currentMoved(secret);
      scheduler.labelMoved(secret);
    };
    const scheduler = new Scheduler(this);
    this.consumers = new Consumers(this);
    new Operators(this, new ClientRotation(this)).begin(plan.deeds);
    for (const credential of this.credentials.values()) {
      this.store(credential.clientSecret, credential.document());
    }
  }

  #createSecrets(credential: Credential): void {
    const { secretsManager } = this;
    credential.clientSecret = secretsManager.create(credential.clientName);
    this.#byName.set(credential.clientName, credential);
    this.#byName.set(credential.clientSecret.arn, credential);
    this.#byClient.set(credential.atAdobe.clientId, credential);
    this.ims.register(credential.atAdobe);
    this.createTokenSecret(credential);
  }

  createTokenSecret(credential: Credential): void {
    const old: Secret | undefined = credential.tokenSecret;
    if (old !== undefined) {
      this.secretsManager.remove(old);
      // Whatever is still under way may name it.
      this.clock.after(86_400, () => this.#byName.delete(old.arn));
    }
    credential.tokenSecret = this.secretsManager.create(credential.tokenName);
    this.#byName.set(credential.tokenName, credential);
    this.#byName.set(credential.tokenSecret.arn, credential);
    for (const [key, value] of credential.firstTags) {
      this.secretsManager.tag(credential.tokenSecret.arn, key, value);
    }
  }

  /** By the name or ARN of one of its secrets. */
  credentialOf(secretId: string): Credential | undefined {
    return this.#byName.get(secretId);
  }

  credentialOfClient(clientId: string): Credential | undefined {
    return this.#byClient.get(clientId);
  }

  credential(name: string): Credential {
    const credential = this.credentials.get(name);
    if (credential === undefined) throw new TypeError(`there is no credential ${name}`);
    return credential;
  }

  /** A version id as the SDK makes one. */
  versionId(): string {
    const hex = (length: number): string =>
      Array.from({ length }, () => this.random.whole(0, 15).toString(16)).join('');
    return `${hex(8)}-${hex(4)}-4${hex(3)}-a${hex(3)}-${hex(12)}`;
  }

  /** Somebody stores a value. */
  store(secret: Secret, value: string): void {
    this.secretsManager.put(secret.arn, { versionId: this.versionId(), value });
  }

  violate(rule: string, text: string, credential?: string): void {
    const at = this.clock.now;
    const whose = credential === undefined ? '' : ` (credential ${credential})`;
    this.history.tell(at, credential ?? '', `VIOLATION of ${rule}: ${text}${whose}`);
    this.violation ??= { rule, text, at, credential };
  }

  disturbAll(until: number): void {
    for (const credential of this.credentials.values()) credential.disturb(this.clock.now, until);
  }

  /** A fault has struck a call to Secrets Manager. */
  struck(
    fault: StormKind,
    invocation: Invocation,
    credential: Credential | undefined,
    operation: string,
  ): void {
    const { now } = this.clock;
    const name = credential?.plan.name ?? '';
    this.history.tell(now, name, `#${invocation.id} ${operation} is struck by ${fault}`);
    if (credential === undefined) {
      invocation.isDisturbed = true;
      this.disturbAll(now);
      return;
    }
    invocation.struck.add(name);
    credential.disturb(now, now, finalStorms.has(fault) ? longestWait : 0);
  }

  /** Something keeps a rotation of a client secret, and nothing else, from its end. */
  troubled(credential: Credential, seconds = 0): void {
    credential.trouble(this.clock.now + seconds);
  }

  /** A fault has struck a request to IMS. */
  struckHost(fault: StormKind, invocation: Invocation, host: string, clientId: string): void {
    const { now } = this.clock;
    const wait = finalStorms.has(fault) ? longestWait : 0;
    const struck = this.#byClient.get(clientId);
    this.history.tell(now, struck?.plan.name ?? '', `#${invocation.id} IMS is struck by ${fault}`);
    struck?.disturb(now, now, wait);
    if (ofOneClient.has(fault)) return;
    for (const credential of this.credentials.values()) {
      if (credential.plan.host === host) credential.disturb(now, now, wait);
    }
  }

  sleep(invocation: Invocation, seconds: number, signal: AbortSignal): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    invocation.task.waits += 1;
    const wake = (act: () => void): void => {
      timer.run = undefined;
      signal.removeEventListener('abort', abort);
      if (invocation.isKilled) return;
      invocation.task.waits -= 1;
      act();
    };
    const abort = (): void => wake(() => reject(signal.reason));
    const timer = this.clock.after(seconds, () => wake(resolve));
    signal.addEventListener('abort', abort);
    return promise;
  }

  async run(): Promise<void> {
    const end = start + this.settings.days * 86_400;
    await this.clock.runUntil(end, () => this.violation !== undefined);
  }
}

function configOf({ settings }: Plan, credentials: ReadonlyMap<string, Credential>): Config {
  const all = [...credentials.values()];
  const imported = all.filter(({ plan }) => plan.isImported);
  const rotating = all.filter(({ plan }) => plan.rotatesEvery !== undefined);
  return {
    rotator: 'sim',
    prefix,
    clientSecrets: new Map(imported.map(({ plan, clientSecret }) => [plan.name, clientSecret.arn])),
    declared: new Set(all.slice(0, 3).map(({ plan }) => plan.name)),
    tick: settings.tick,
    region: 'us-east-1',
    concurrency: settings.concurrency,
    imsRequestsPerSecond: 40,
    writesPerSecond: 40,
    rotating: new Set(rotating.map(({ plan }) => plan.name)),
    shards: settings.shards,
    shardStems: new Set(settings.shards > 1 ? ['c'] : []),
    validate: settings.validate,
  };
}
