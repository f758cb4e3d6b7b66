// The port SecretStore of one invocation: the model behind a network that fails.
import { tagKeys } from '../../core/contract.ts';
import { epochSeconds } from '../../core/instant.ts';
import type { NewVersion, SecretStore, SecretValue, Version } from '../../core/ports.ts';
import { Sensitive } from '../../core/sensitive.ts';
import { absentAsUndefined, attempt } from '../../lambda/adapters/secrets-manager-errors.ts';
import { timeouts } from '../../lambda/steps/budget.ts';
import { longestLag } from './bounds.ts';
import type { Credential } from './credential.ts';
import { type Course, exchange } from './exchange.ts';
import { type StormKind, slowStorms } from './faults.ts';
import type { Invocation } from './invocation.ts';
import { AwsError, type Page } from './secrets-manager.ts';
import type { World } from './world.ts';

type Operation = 'list' | 'describe' | 'get' | 'put' | 'move' | 'tag';

const { total: timeout } = timeouts.secretsManager;
/** Seconds after its time-out at which a call may still take effect. */
const latest = 120;

export class StorePort implements SecretStore {
  readonly #world: World;
  readonly #invocation: Invocation;

  constructor(world: World, invocation: Invocation) {
    this.#world = world;
    this.#invocation = invocation;
  }

  async listPage(prefixes: readonly string[], nextToken: string | undefined, signal: AbortSignal) {
    this.#invocation.hasList = false;
    return await attempt('ListSecrets', prefixes.join(), async () => {
      const page = await this.#call('list', undefined, signal, () =>
        this.#page(prefixes, nextToken),
      );
      this.#invocation.hasList = page.nextToken === undefined;
      return page;
    });
  }

  #page(prefixes: readonly string[], nextToken = ''): Page {
    const { random, settings, secretsManager, clock } = this.#world;
    const { rates, pageSize } = settings;
    // An empty page may have a successor, and a row may be on two pages.
    if (random.chance(rates.oddPage)) {
      this.#world.counts.add('faults', 'list-page-empty');
      return { rows: [], nextToken: nextToken === '' ? '!' : nextToken };
    }
    const lags = random.chance(rates.lag);
    if (lags) this.#world.counts.add('faults', 'list-lags');
    const at = clock.now - (lags ? random.between(0, longestLag) : 0);
    const page = secretsManager.list(prefixes, nextToken, pageSize, at);
    if (!random.chance(rates.oddPage) || page.rows.length === 0) return page;
    this.#world.counts.add('faults', 'list-row-twice');
    return { ...page, rows: [...page.rows, ...page.rows.slice(0, 1)] };
  }

  async describe(secretId: string, signal: AbortSignal) {
    const credential = this.#world.credentialOf(secretId);
    return await absentAsUndefined('DescribeSecret', secretId, async () => {
      const row = await this.#call('describe', credential, signal, () => {
        const shown = this.#world.secretsManager.describe(secretId);
        if (credential !== undefined && credential.clientSecret.arn === shown?.arn) {
          const [at, note] = [this.#world.clock.now, shown.tags?.[tagKeys.rotation]];
          this.#invocation.shown.set(credential.plan.name, { at, note });
        }
        return shown;
      });
      const isToken =
        credential?.tokenSecret.arn === row?.arn || secretId === credential?.tokenName;
      if (credential !== undefined && isToken) {
        const { now } = this.#world.clock;
        this.#invocation.seen.set(credential.plan.name, {
          at: now,
          versionId: row?.currentVersionId,
          pendingId: row?.pendingVersionId,
          isPaused: credential.isPaused,
          tags: { all: row?.tags ?? {}, status: row?.tags?.[tagKeys.status] },
        });
      }
      return row;
    });
  }

  async read(secretId: string, signal: AbortSignal): Promise<SecretValue | undefined> {
    return await this.#read(secretId, 'AWSCURRENT', signal);
  }

  async readPrevious(secretId: string, signal: AbortSignal): Promise<SecretValue | undefined> {
    return await this.#read(secretId, 'AWSPREVIOUS', signal);
  }

  async readVersion({ secretId, versionId }: Version, signal: AbortSignal) {
    return await this.#read(secretId, versionId, signal);
  }

  async #read(secretId: string, at: string, signal: AbortSignal): Promise<SecretValue | undefined> {
    const { secretsManager } = this.#world;
    return await absentAsUndefined('GetSecretValue', secretId, () =>
      this.#call('get', this.#world.credentialOf(secretId), signal, () => {
        const { secret, version } = secretsManager.get(secretId, at);
        const text = new Sensitive(version.value ?? '');
        const createdAt = epochSeconds(version.at);
        return { arn: secret.arn, versionId: version.id, secretString: text, text, createdAt };
      }),
    );
  }

  async put({ secretId, versionId, secretString, pending }: NewVersion, signal: AbortSignal) {
    const { secretsManager, invariants } = this.#world;
    const credential = this.#world.credentialOf(secretId);
    const value = secretString.reveal();
    const put = { versionId, value, label: pending && ('AWSPENDING' as const) };
    return await attempt(
      'PutSecretValue',
      secretId,
      () =>
        this.#call('put', credential, signal, () => {
          const before = secretsManager.secret(secretId).current;
          const labels = secretsManager.put(secretId, put);
          invariants.put(this.#invocation, secretId, put, before);
          return labels;
        }),
      [value],
    );
  }

  async makeCurrent(
    version: Version & { readonly from?: string | undefined },
    signal: AbortSignal,
  ) {
    await this.#move(version.secretId, 'AWSCURRENT', version.versionId, version.from, signal);
  }

  async removePending({ secretId, versionId }: Version, signal: AbortSignal): Promise<void> {
    await this.#move(secretId, 'AWSPENDING', undefined, versionId, signal);
  }

  async #move(
    secretId: string,
    label: string,
    to: string | undefined,
    from: string | undefined,
    signal: AbortSignal,
  ): Promise<void> {
    const { secretsManager, invariants } = this.#world;
    await attempt('UpdateSecretVersionStage', secretId, () =>
      this.#call('move', this.#world.credentialOf(secretId), signal, () => {
        const before = secretsManager.secret(secretId).holder(label);
        secretsManager.move(secretId, label, to, from);
        if (label === 'AWSCURRENT') invariants.moved(this.#invocation, secretId, before);
        else if (before !== undefined) invariants.removed(this.#invocation, secretId, before);
      }),
    );
  }

  async setTag(
    { secretId, key, value }: Parameters<SecretStore['setTag']>[0],
    signal: AbortSignal,
  ): Promise<void> {
    const { secretsManager, invariants } = this.#world;
    const credential = this.#world.credentialOf(secretId);
    const call = (): Promise<void> =>
      this.#call('tag', credential, signal, () => {
        const before = secretsManager.secret(secretId).tags.get(key);
        secretsManager.tag(secretId, key, value);
        invariants.tagged(this.#invocation, secretId, { key, value, before });
      });
    try {
      await attempt('TagResource', secretId, call);
    } catch (error) {
      if (credential !== undefined && key === tagKeys.requested) {
        invariants.requests.notRecorded(this.#invocation, credential);
      }
      throw error;
    }
  }

  /** One call, with whatever strikes it. */
  #call<Output>(
    operation: Operation,
    credential: Credential | undefined,
    signal: AbortSignal,
    serve: () => Output,
  ): Promise<Output> {
    const { weather, random, clock, lambda } = this.#world;
    const invocation = this.#invocation;
    if (invocation.isKilled) return new Promise(() => undefined);
    this.#world.invariants.called(invocation, operation);
    if (['move', 'tag'].includes(operation)) {
      this.#world.clientRules.acted(invocation, `called ${operation}`, credential?.plan.name);
    }
    if (['describe', 'get'].includes(operation)) invocation.countRead(credential?.plan.name);
    const fault =
      weather.strikes('aws') ??
      (operation === 'list' || operation === 'put' ? weather.strikes(operation) : undefined);
    const isStruck = fault !== undefined && !slowStorms.has(fault);
    if (isStruck) this.#world.struck(fault, invocation, credential, operation);
    if (fault === 'aws-connection-stuck') invocation.isStuck = true;
    const crash = weather.blows('effect');
    if (crash === 'crash-before-an-effect') return lambda.kill(invocation, crash);
    const answered = lambda.afterAnswer(invocation, crash);
    const usual = { arrives: random.between(0.01, 0.1), answers: 0, timeout, answered };
    const course = courseOf(fault, usual, random.between(0.1, latest));
    return exchange(clock, invocation, signal, course, () => {
      const answer = () => answerOf(fault, serve);
      if (crash !== 'crash-after-an-effect') return answer();
      try {
        return answer();
      } finally {
        void lambda.kill(invocation, crash);
      }
    });
  }
}

function courseOf(fault: StormKind | undefined, usual: Course, late: number): Course {
  switch (fault) {
    case 'aws-slow': {
      const seconds = (timeout * late) / (latest + 1);
      return { ...usual, arrives: seconds / 2, answers: seconds / 2 };
    }
    case 'aws-request-lost':
      return { ...usual, arrives: undefined };
    case 'aws-answer-lost':
      return { ...usual, answers: undefined };
    case 'aws-effect-after-the-time-out':
      return { ...usual, arrives: timeout + late };
    case 'aws-connection-stuck':
      return { ...usual, isStuck: true, answers: undefined };
    default:
      return usual;
  }
}

function answerOf<Output>(fault: StormKind | undefined, serve: () => Output): Output {
  const error = errorOf(fault);
  if (error === undefined) return serve();
  if (fault === 'aws-5xx-after-the-effect') serve();
  throw error;
}

function errorOf(fault: StormKind | undefined): Error | undefined {
  switch (fault) {
    case 'aws-throttles':
      return new AwsError('ThrottlingException');
    case 'aws-5xx':
    case 'aws-5xx-after-the-effect':
    case 'list-fails':
      return new AwsError('InternalServiceError', '', 500);
    case 'aws-refuses':
      return new AwsError('InvalidRequestException', 'not now');
    case 'aws-signature-expired':
      return new AwsError('InvalidSignatureException', '', 403);
    case 'aws-certificate':
      return Object.assign(new Error('certificate'), { code: 'CERT_HAS_EXPIRED' });
    case 'aws-unresolved':
      return Object.assign(new Error('unresolved'), { code: 'ENOTFOUND' });
    case 'aws-proxy-407':
      return Object.assign(new Error('proxy'), { code: 'ERR_PROXY_TUNNEL', statusCode: 407 });
    case 'version-id-exists':
      return new AwsError('ResourceExistsException');
    default:
      return undefined;
  }
}
