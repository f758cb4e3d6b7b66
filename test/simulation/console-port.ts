// The port ConsoleEndpoint of one invocation: the model of the Developer Console behind a network that fails.
import type { ConsoleResponse } from '../../core/console-secrets.ts';
import { ConsoleRequestError } from '../../core/errors.ts';
import type { ConsoleAccess, ConsoleEndpoint } from '../../core/ports.ts';
import { timeouts } from '../../lambda/steps/budget.ts';
import { addedSecret, respond } from './console.ts';
import type { Credential } from './credential.ts';
import { type Course, exchange } from './exchange.ts';
import { type StormKind, slowStorms } from './faults.ts';
import type { Invocation } from './invocation.ts';
import type { World } from './world.ts';

type Operation = 'list' | 'add' | 'remove';

const { total: timeout } = timeouts.console;
const hour = 3_600;

export class ConsolePort implements ConsoleEndpoint {
  readonly #world: World;
  readonly #invocation: Invocation;

  constructor(world: World, invocation: Invocation) {
    this.#world = world;
    this.#invocation = invocation;
  }

  async list(access: ConsoleAccess, signal: AbortSignal): Promise<ConsoleResponse> {
    return await this.#call('list', access, signal, (credential) => {
      const { console } = credential;
      const { weather, clock, random } = this.#world;
      const fault = weather.strikes('console-list');
      if (fault !== undefined) this.#world.troubled(credential);
      const late = fault === undefined ? 0 : random.magnitude(hour, 48 * hour);
      const until = fault === 'console-forgets-uses' ? 0 : clock.now - late;
      const storedAt = credential.clientSecret.current?.at ?? 0;
      this.#invocation.told.set(credential.plan.name, { until, storedAt });
      const response = console?.list(until);
      console?.whenListed?.();
      return response;
    });
  }

  async add(access: ConsoleAccess, signal: AbortSignal): Promise<ConsoleResponse> {
    return await this.#call('add', access, signal, (credential) => {
      const { console } = credential;
      if (console?.isFull !== false) {
        console?.refuse();
        return respond(400, { error_code: 400_101 });
      }
      const { weather, random, clientRules } = this.#world;
      const isLate = weather.strikes('console-add') !== undefined;
      const late = isLate ? random.magnitude(1, 2 * hour) : 0;
      if (isLate) this.#world.troubled(credential, late);
      const added = console.add(true, late);
      clientRules.added(this.#invocation, added);
      return addedSecret(added);
    });
  }

  async remove(access: ConsoleAccess, uuid: string, signal: AbortSignal): Promise<ConsoleResponse> {
    return await this.#call('remove', access, signal, (credential) => {
      const secret = credential.console?.byUuid(uuid);
      if (secret === undefined) return respond(404, { error_code: 404_101 });
      this.#world.clientRules.removed(this.#invocation, credential, secret);
      credential.console?.whenRemoved?.();
      return { status: 204, body: '' };
    });
  }

  async #call(
    operation: Operation,
    access: ConsoleAccess,
    signal: AbortSignal,
    work: (credential: Credential) => ConsoleResponse | undefined,
  ): Promise<ConsoleResponse> {
    const world = this.#world;
    const { weather, random, clock, lambda, invariants, history } = world;
    const invocation = this.#invocation;
    if (invocation.isKilled) return await new Promise(() => undefined);
    invariants.called(invocation, `${operation} at the Console`);
    const credential = world.credentialOfClient(access.clientId);
    const name = credential?.plan.name ?? '';
    world.counts.add('totals', 'calls of the Console');
    if (operation === 'add' && credential !== undefined) {
      world.clientRules.asked(invocation, credential);
    }
    history.tell(clock.now, name, `#${invocation.id} calls the Console: ${operation}`);
    const fault = weather.strikes('console');
    if (fault !== undefined && !slowStorms.has(fault) && credential !== undefined) {
      history.tell(clock.now, name, `#${invocation.id} the Console is struck by ${fault}`);
      world.troubled(credential);
    }
    refuse(fault);
    const crash = weather.blows('effect');
    if (crash === 'crash-before-an-effect') return await lambda.kill(invocation, crash);
    const most = fault === 'console-slow' ? timeout - 1 : 0.8;
    const answered = lambda.afterAnswer(invocation, crash);
    const usual = { arrives: random.between(0.1, most), answers: 0, timeout, answered };
    const serve = (): ConsoleResponse =>
      (credential && this.#refusal(access, credential)) ??
      (credential && work(credential)) ??
      respond(404, { error_code: 404_100 });
    try {
      return await exchange(clock, invocation, signal, courseOf(fault, usual), () => {
        const response = responseOf(fault, serve, access);
        if (crash === 'crash-after-an-effect') void lambda.kill(invocation, crash);
        return response;
      });
    } catch {
      throw new ConsoleRequestError('ERR_CONSOLE_UNAVAILABLE', 'no answer of the Console', {});
    }
  }

  /** Whoever asks must have a token of that very client, with the scopes that this needs. */
  #refusal(access: ConsoleAccess, { console, atAdobe }: Credential): ConsoleResponse | undefined {
    const { ims } = this.#world;
    const value = access.accessToken.reveal();
    const token = ims.issued(value);
    if (token === undefined || !ims.accepts(value)) return respond(401, { error_code: 401_013 });
    const isOwn = token.clientId === atAdobe.clientId;
    if (!isOwn || !token.scope.includes('manage_client_secrets')) {
      return respond(403, { error_code: 403_100 });
    }
    const { consoleOrgId, credentialId } = access;
    const isThere = console?.orgId === consoleOrgId && console.credentialId === credentialId;
    return isThere ? undefined : respond(404, { error_code: 404_100 });
  }
}

/** Throws for faults of the network that let no request out. */
function refuse(fault: StormKind | undefined): void {
  switch (fault) {
    case 'console-certificate':
      throw new ConsoleRequestError('ERR_CONSOLE_CERTIFICATE', 'no TLS connection', {});
    case 'console-unresolved':
      throw new ConsoleRequestError('ERR_CONSOLE_UNRESOLVED', 'no address of the Console', {});
    default:
  }
}

function courseOf(fault: StormKind | undefined, usual: Course): Course {
  if (fault === 'console-hangs') return { ...usual, arrives: undefined };
  return fault === 'console-answer-lost' ? { ...usual, answers: undefined } : usual;
}

function responseOf(
  fault: StormKind | undefined,
  serve: () => ConsoleResponse,
  { accessToken }: ConsoleAccess,
): ConsoleResponse {
  switch (fault) {
    case 'console-5xx':
      return respond(503, { message: `cannot read the token ${accessToken.reveal()}` });
    case 'console-5xx-after-the-effect':
      serve();
      return { status: 502, body: '<html>' };
    case 'console-429':
      return { ...respond(429, { error_code: 429_050 }), retryAfter: '20' };
    case 'console-proxy-407':
      return { status: 407, body: '<html>' };
    case 'console-refuses':
      return respond(403, { error_code: 403_003, message: 'Api Key is invalid' });
    case 'console-not-json':
      serve();
      return { status: 200, body: '{"uuid":' };
    default:
      return serve();
  }
}
