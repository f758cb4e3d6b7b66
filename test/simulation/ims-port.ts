// The port TokenEndpoint of one invocation: the model of IMS behind a network that fails.
import { RotatorError, TokenRequestError } from '../../core/errors.ts';
import type { ClientCredentialsGrant, TokenEndpoint, TokenToValidate } from '../../core/ports.ts';
import type { TokenResponse } from '../../core/token-response.ts';
import { timeouts } from '../../lambda/steps/budget.ts';
import { type Course, exchange } from './exchange.ts';
import { type StormKind, slowStorms } from './faults.ts';
import { answer, refusal } from './ims.ts';
import type { Invocation } from './invocation.ts';
import type { World } from './world.ts';

const rejection = answer({ valid: false });
const acceptance = answer({ valid: true });

const { total: timeout } = timeouts.ims;

/** They keep whoever asks the host from an answer, as long as they last. */
const lastingStorms: ReadonlySet<StormKind> = new Set<StormKind>([
  'ims-certificate',
  'ims-unresolved',
]);

const ownStorms: ReadonlySet<StormKind> = new Set<StormKind>([
  'http-client-throws-a-type-error',
  'proxy-secret-invalid',
]);

interface Asked {
  readonly imsHost: string;
  readonly clientId: string;
  readonly scopes?: readonly string[];
}

export class ImsPort implements TokenEndpoint {
  readonly #world: World;
  readonly #invocation: Invocation;

  constructor(world: World, invocation: Invocation) {
    this.#world = world;
    this.#invocation = invocation;
  }

  async request(grant: ClientCredentialsGrant, signal: AbortSignal): Promise<TokenResponse> {
    const { clientId } = grant;
    const clientSecret = grant.clientSecret.reveal();
    const invocation = this.#invocation;
    this.#world.invariants.requested(invocation, grant);
    const response = await this.#exchange('ims', grant, signal, () =>
      this.#world.ims.token(grant.imsHost, { ...grant, clientSecret }),
    );
    const { status, body, retryAfter } = response;
    const token = this.#world.ims.issued(tokenIn(body));
    if (token !== undefined) invocation.issued.set(clientId, token.expiresAt);
    if (isFinal(status)) invocation.refused.add(`${clientId} ${clientSecret} ${grant.scopes}`);
    if (retryAfter !== undefined) {
      // A date is an hour away, when nothing is waited for any more.
      const seconds = Number(retryAfter) || 3_600;
      invocation.notBefore.set(clientId, this.#world.clock.now + seconds - 1);
    }
    return response;
  }

  async validate(token: TokenToValidate, signal: AbortSignal): Promise<TokenResponse> {
    const value = token.accessToken.reveal();
    const serve = (): TokenResponse => this.#world.ims.validate(value);
    const response = await this.#exchange('validate', token, signal, serve);
    const { rejected, accepted } = this.#invocation;
    if (response.body === rejection.body) rejected.add(value);
    else if (response.body === acceptance.body) {
      accepted.add(value);
      this.#world.acceptedTokens.add(value);
      const { clientSecrets = [] } = this.#world.ims.issued(value) ?? {};
      const { console } = this.#world.credentialOfClient(token.clientId) ?? {};
      for (const each of clientSecrets) console?.proved(each);
    }
    return response;
  }

  async #exchange(
    target: 'ims' | 'validate',
    asked: Asked,
    signal: AbortSignal,
    serve: () => TokenResponse,
  ): Promise<TokenResponse> {
    const { weather, random, clock, lambda, invariants } = this.#world;
    const invocation = this.#invocation;
    const { imsHost, clientId } = asked;
    if (invocation.isKilled) return await new Promise(() => undefined);
    invariants.called(invocation, target);
    const host = hostOf(asked);
    if (invocation.hosts.isBroken(host, clock.now)) {
      this.#world.violate('P3', `#${invocation.id} asks ${host} again, which is broken`);
    }
    const fault = weather.strikes('ims', imsHost) ?? this.#rejection(target, imsHost);
    const isStruck = fault !== undefined && !slowStorms.has(fault);
    if (isStruck) this.#world.struckHost(fault, invocation, imsHost, clientId);
    const crash = weather.blows('effect');
    if (crash === 'crash-before-an-effect') return await lambda.kill(invocation, crash);
    if (fault !== undefined && lastingStorms.has(fault)) {
      invocation.hosts.failed(host, clock.now, true);
    }
    // Whatever fails here, and is no fault of the host, ends its failures in a row.
    if (fault !== undefined && ownStorms.has(fault)) invocation.hosts.answered(host);
    refuse(fault, clientId);
    const most = fault === 'ims-slow' ? timeout - 1 : 0.8;
    const answered = lambda.afterAnswer(invocation, crash);
    const usual = { arrives: random.between(0.1, most), answers: 0, timeout, answered };
    try {
      const answer = await exchange(clock, invocation, signal, courseOf(fault, usual), () => {
        const response = responseOf(fault, serve, clock.now);
        if (crash === 'crash-after-an-effect') void lambda.kill(invocation, crash);
        return response;
      });
      if (answer.status >= 500) invocation.hosts.failed(host, clock.now);
      else invocation.hosts.answered(host);
      return answer;
    } catch {
      invocation.hosts.failed(host, clock.now);
      throw new TokenRequestError('ERR_TOKEN_UNAVAILABLE', 'no answer of IMS', { clientId });
    }
  }

  #rejection(target: 'ims' | 'validate', imsHost: string): StormKind | undefined {
    return target === 'validate' ? this.#world.weather.strikes(target, imsHost) : undefined;
  }
}

/** Where a host is broken for tokens, a run may still ask it for those that manage client secrets. */
function hostOf({ imsHost, scopes = [] }: Asked): string {
  return scopes.includes('manage_client_secrets')
    ? `${imsHost}, to manage client secrets,`
    : imsHost;
}

function courseOf(fault: StormKind | undefined, usual: Course): Course {
  if (fault === 'ims-hangs') return { ...usual, arrives: undefined };
  return fault === 'ims-answer-lost' ? { ...usual, answers: undefined } : usual;
}

function tokenIn(body: string): string {
  const [, value = ''] = /"access_token":"([^"]*)"/.exec(body) ?? [];
  return value;
}

/** IMS has said no, and will say so again. */
function isFinal(status: number): boolean {
  return status >= 400 && status < 500 && ![407, 408, 429].includes(status);
}

/** Throws for faults that let no request out. */
function refuse(fault: StormKind | undefined, clientId: string): void {
  const details = { clientId };
  switch (fault) {
    case 'ims-certificate':
      throw new TokenRequestError('ERR_IMS_CERTIFICATE', 'no TLS connection to IMS', details);
    case 'ims-unresolved':
      throw new TokenRequestError('ERR_IMS_UNRESOLVED', 'no address of IMS', details);
    case 'proxy-secret-invalid':
      throw new RotatorError('ERR_PROXY_SECRET_INVALID', 'the proxy secret holds no password');
    case 'http-client-throws-a-type-error':
      throw new TypeError('as if the HTTP client were broken');
    default:
  }
}

function responseOf(
  fault: StormKind | undefined,
  serve: () => TokenResponse,
  now: number,
): TokenResponse {
  switch (fault) {
    case 'ims-5xx':
      return { status: 503, body: '<html>' };
    case 'ims-429':
      return { ...refusal('slow_down', 'too many requests', 429), retryAfter: '20' };
    case 'ims-429-with-a-date': {
      const retryAfter = new Date((now + 3_600) * 1000).toUTCString();
      return { ...refusal('slow_down', 'too many requests', 429), retryAfter };
    }
    case 'ims-not-json':
      serve();
      return { status: 200, body: '{"access_token":' };
    case 'ims-no-token-in-2xx':
      return answer({ access_token: 'abc', expires_in: 86_399_000 });
    case 'ims-gateway-403':
      return { status: 403, body: '{"error_code":"403003","message":"Api Key is invalid"}' };
    case 'ims-proxy-407':
      return { status: 407, body: '' };
    case 'ims-page-in-its-place':
      return { status: 200, body: '<!DOCTYPE html><title>Sign in</title>' };
    case 'ims-rejects-its-token':
      return rejection;
    default:
      return serve();
  }
}
