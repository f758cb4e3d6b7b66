import { randomUUID } from 'node:crypto';
import { FaultPlan } from '../wire/fault-plan.ts';
import { deliver, isOutage, replyOfOutage } from '../wire/http-fault.ts';
import {
  type HttpReply,
  type HttpRequest,
  type HttpResponse,
  HttpServer,
  json,
  type LocalServer,
} from '../wire/http-server.ts';
import type { ClientRegistration, ImsClient } from './client.ts';
import { ClientRegistry } from './client-registry.ts';
import { echo, errorBody, type ImsCall, type ImsFault } from './fault.ts';
import { IssuedTokens, type TokenInspection } from './issued-tokens.ts';
import { type OnOutage, outagePath, switchOutage } from './outage-switch.ts';
import { type Parameters, readParameters } from './parameters.ts';
import { type Refusal, refuse } from './refusal.ts';
import { keySet } from './signing-key.ts';
import { answerTokenRequest, type ImsState, type TokenOutcome } from './token-endpoint.ts';
import { answerValidation, invalidate, revoke } from './token-status.ts';

export interface ImsEmulatorOptions {
  /** In epoch milliseconds. @default Date.now */
  readonly now?: (() => number) | undefined;
  /** The lifetime of a token, unless its client has one. @default 86399 */
  readonly lifetimeSeconds?: number | undefined;
}

/** A POST to the token endpoint, without its secret and its token. */
export interface TokenRequestRecord {
  readonly clientId: string | undefined;
  readonly scope: string | undefined;
  readonly contentType: string | undefined;
  /** Adobe warns against parameters in the query, which logs may keep. */
  readonly hasQuery: boolean;
  readonly outcome: TokenOutcome | 'not-processed';
  readonly fault: ImsFault['kind'] | undefined;
}

/** A POST to an endpoint that invalidates a token, without the token and the secret. */
export interface InvalidationRecord {
  readonly path: string;
  readonly clientId: string | undefined;
  readonly tokenType: string | undefined;
  /** `all` asks for more than the one token. */
  readonly cascading: string | undefined;
  readonly outcome: 'accepted' | Refusal['error'] | 'not-processed';
  readonly fault: ImsFault['kind'] | undefined;
}

const configurationPaths = [
  '/ims/.well-known/openid-configuration',
  '/.well-known/openid-configuration',
];
const tokenPaths = ['/ims/token/v3', '/ims/token/v2'];
const invalidations: Readonly<Record<string, typeof revoke>> = {
  '/ims/invalidate_token/v2': invalidate,
  '/ims/revoke': revoke,
};

const methods: Readonly<Record<string, readonly string[]>> = {
  ...Object.fromEntries(configurationPaths.map((path) => [path, ['GET']])),
  ...Object.fromEntries(tokenPaths.map((path) => [path, ['POST']])),
  '/ims/authorize/v2': ['GET'],
  ...Object.fromEntries(Object.keys(invalidations).map((path) => [path, ['POST']])),
  '/ims/keys': ['GET'],
  '/ims/validate_token/v1': ['GET', 'POST'],
};

/** Adobe IMS for Server-to-Server credentials, and the ways in which it can fail. */
export class ImsEmulator implements LocalServer {
  /** A fault hits every path. A token fault is used up even if IMS rejects the request. */
  readonly faults = new FaultPlan<ImsCall, ImsFault>();
  /** Added to every Date header, to imitate a client whose clock is wrong. */
  clockOffsetMs = 0;
  /** Called when somebody has begun or ended an outage over HTTP. @default nobody can */
  onOutage: OnOutage | undefined;
  readonly #now: () => number;
  readonly #state: ImsState;
  readonly #server = new HttpServer((request) => this.#handle(request));
  #tokenRequests: TokenRequestRecord[] = [];
  #invalidations: InvalidationRecord[] = [];

  constructor({ now = Date.now, lifetimeSeconds = 86_399 }: ImsEmulatorOptions = {}) {
    this.#now = now;
    this.#state = {
      clients: new ClientRegistry({ now, lifetimeSeconds }),
      tokens: new IssuedTokens(now),
      now,
    };
  }

  get url(): string {
    return this.#server.url;
  }

  async start(port?: number): Promise<void> {
    await this.#server.start(port);
  }

  async stop(): Promise<void> {
    await this.#server.stop();
  }

  registerClient(registration: ClientRegistration): ImsClient {
    return this.#state.clients.register(registration);
  }

  /** @throws Error if there is no such client */
  client(clientId: string): ImsClient {
    return this.#state.clients.get(clientId);
  }

  /** The client of a credential in the Developer Console. */
  clientOfCredential(credentialId: string): ImsClient | undefined {
    return this.#state.clients.ofCredential(credentialId);
  }

  removeClient(clientId: string): void {
    this.#state.clients.remove(clientId);
  }

  /** The number of different tokens issued to all clients. */
  get mintCount(): number {
    return this.#state.tokens.count;
  }

  /** Oldest first. */
  get tokenRequests(): readonly TokenRequestRecord[] {
    return this.#tokenRequests;
  }

  /** Oldest first. */
  get invalidations(): readonly InvalidationRecord[] {
    return this.#invalidations;
  }

  clearTokenRequests(): void {
    this.#tokenRequests = [];
  }

  inspect(token: string): TokenInspection {
    return this.#state.tokens.inspect(token);
  }

  isValid(token: string): boolean {
    return this.inspect(token).valid;
  }

  revoke(token: string): void {
    this.#state.tokens.revoke(token);
  }

  async #handle(request: HttpRequest): Promise<HttpReply> {
    if (this.onOutage !== undefined && request.url.pathname === outagePath) {
      return await switchOutage(request, this.faults, this.onOutage);
    }
    const parameters = await readParameters(request);
    const [clientId, scope] = ['client_id', 'scope'].map((name) => parameters.get(name));
    const fault = this.faults.take({ path: request.url.pathname, clientId, scope });
    const outage =
      fault?.kind === 'echo'
        ? echo(fault, secretOf(request, parameters))
        : isOutage(fault)
          ? replyOfOutage(fault, errorBody)
          : undefined;
    if (outage !== undefined) this.#record(request, parameters, 'not-processed', fault);
    const reply =
      outage ?? (await deliver(this.#answer(request, parameters, fault), fault, request.signal));
    if (reply === 'reset') return reply;
    const date = new Date(this.#now() + this.clockOffsetMs).toUTCString();
    return { ...reply, headers: { date, 'x-debug-id': randomUUID(), ...reply.headers } };
  }

  #answer(request: HttpRequest, parameters: Parameters, fault: ImsFault | undefined): HttpResponse {
    const path = request.url.pathname;
    const allowed = methods[path];
    if (allowed === undefined) return json(404, { error: 'not_found' });
    if (!allowed.includes(request.method)) {
      return { status: 405, headers: { allow: allowed.join(', ') } };
    }
    if (configurationPaths.includes(path)) return json(200, openidConfiguration(this.url));
    if (path === '/ims/validate_token/v1') {
      return answerValidation(this.#state, parameters, request, fault);
    }
    if (path === '/ims/keys') return json(200, keySet());
    // Its grants are for people, who are left out.
    if (path === '/ims/authorize/v2') return refuse({ error: 'unauthorized_client' });
    const invalidation = invalidations[path];
    if (invalidation !== undefined) {
      const refusal = invalidation(this.#state, parameters);
      this.#record(request, parameters, refusal?.error ?? 'accepted', fault);
      return refusal === undefined ? { status: 200 } : refuse(refusal);
    }
    const { outcome, response } = answerTokenRequest(this.#state, parameters, fault);
    this.#record(request, parameters, outcome, fault);
    return response;
  }

  #record(
    { method, url, headers }: HttpRequest,
    parameters: Parameters,
    outcome: TokenRequestRecord['outcome'] | InvalidationRecord['outcome'],
    fault: ImsFault | undefined,
  ): void {
    if (method !== 'POST') return;
    const path = url.pathname;
    const common = { clientId: parameters.get('client_id'), fault: fault?.kind };
    if (tokenPaths.includes(path) && outcome !== 'accepted') {
      this.#tokenRequests.push({
        ...common,
        scope: parameters.get('scope'),
        contentType: headers['content-type'],
        hasQuery: url.search !== '',
        outcome,
      });
    }
    if (path in invalidations && outcome !== 'issued' && outcome !== 'repeated') {
      this.#invalidations.push({
        ...common,
        path,
        tokenType: parameters.get('token_type'),
        cascading: parameters.get('cascading'),
        outcome,
      });
    }
  }
}

/** The secrets in a request. */
function secretOf({ headers }: HttpRequest, parameters: Parameters): string {
  const sent = parameters.get('client_secret') ?? headers.authorization?.replace(/^\w+ /, '');
  return sent ?? 'nothing';
}

/** The same content as at IMS, which does not list client_credentials but supports it. */
function openidConfiguration(origin: string): object {
  return {
    issuer: origin,
    authorization_endpoint: `${origin}/ims/authorize/v2`,
    token_endpoint: `${origin}/ims/token/v3`,
    revocation_endpoint: `${origin}/ims/revoke`,
    jwks_uri: `${origin}/ims/keys`,
    grant_types_supported: ['authorization_code', 'implicit', 'refresh_token'],
    token_endpoint_auth_methods_supported: ['client_secret_basic', 'client_secret_post'],
  };
}
