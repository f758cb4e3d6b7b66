import { randomBytes, randomUUID } from 'node:crypto';
import type { ImsClient } from '../ims/client.ts';
import type { ClientSecret } from '../ims/client-secret.ts';
import { FaultPlan } from '../wire/fault-plan.ts';
import { deliver, isOutage, neverAnswer, replyOfOutage } from '../wire/http-fault.ts';
import {
  type HttpReply,
  type HttpRequest,
  type HttpResponse,
  HttpServer,
  json,
  type LocalServer,
} from '../wire/http-server.ts';
import { admit, bearerToken, type ConsoleIms } from './admission.ts';
import { type ConsoleCall, type ConsoleFault, echo } from './fault.ts';
import { errorBody, type Refusal, refuse } from './refusal.ts';
import { addedSecret, listedSecret } from './secret-document.ts';
import { parseSecretsPath, type SecretsPath } from './secrets-path.ts';

export interface ConsoleApiOptions {
  /** In epoch milliseconds. @default Date.now */
  readonly now?: (() => number) | undefined;
}

/** A request, without its token, and without the values in its answer. */
export interface ConsoleRequestRecord extends ConsoleCall {
  /** The secret that it deleted or added, or wanted to delete. */
  readonly uuid: string | undefined;
  readonly outcome: 'listed' | 'added' | 'deleted' | Refusal | 'not-processed';
  readonly fault: ConsoleFault['kind'] | undefined;
}

interface Answer {
  readonly outcome: ConsoleRequestRecord['outcome'];
  readonly response: HttpResponse;
  readonly uuid?: string | undefined;
}

const secretLimit = 2;

/** Adobe's Developer Console API, as far as it is about the client secrets of a credential. */
export class ConsoleApiEmulator implements LocalServer {
  /** A fault is used up even if the request is refused. */
  readonly faults = new FaultPlan<ConsoleCall, ConsoleFault>();
  /** True for 200 instead of 201 and 204: Adobe's guide and its OpenAPI document differ. */
  answersWith200 = false;
  /** True if the last secret of a credential cannot be deleted. Adobe's documents do not say. */
  keepsLastSecret = false;
  readonly #ims: ConsoleIms;
  readonly #now: () => number;
  readonly #server = new HttpServer((request) => this.#handle(request));
  #requests: ConsoleRequestRecord[] = [];

  /** @param ims has the credentials, their secrets and the tokens */
  constructor(ims: ConsoleIms, { now = Date.now }: ConsoleApiOptions = {}) {
    this.#ims = ims;
    this.#now = now;
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

  /** Oldest first. */
  get requests(): readonly ConsoleRequestRecord[] {
    return this.#requests;
  }

  clearRequests(): void {
    this.#requests = [];
  }

  /**
   * The secrets that a credential has or had, oldest first.
   *
   * @throws Error if there is no such credential
   */
  secretsOf(credentialId: string): readonly ClientSecret[] {
    const client = this.#ims.clientOfCredential(credentialId);
    if (client === undefined) throw new Error(`no such credential: ${credentialId}`);
    return client.secrets;
  }

  async #handle(request: HttpRequest): Promise<HttpReply> {
    const path = parseSecretsPath(request.url.pathname);
    const call = callOf(request, path);
    const fault = this.faults.take(call);
    const reply = await this.#reply(request, path, call, fault);
    if (reply === 'reset') return reply;
    const date = new Date(this.#now()).toUTCString();
    return { ...reply, headers: { date, 'x-request-id': randomUUID(), ...reply.headers } };
  }

  async #reply(
    request: HttpRequest,
    path: SecretsPath | undefined,
    call: ConsoleCall,
    fault: ConsoleFault | undefined,
  ): Promise<HttpReply> {
    const record = (outcome: ConsoleRequestRecord['outcome'], uuid = call.uuid): void => {
      this.#requests.push({ ...call, uuid, outcome, fault: fault?.kind });
    };
    if (isOutage(fault) || fault?.kind === 'unanswered' || fault?.kind === 'echo-token') {
      record('not-processed');
      if (fault.kind === 'unanswered') return await neverAnswer(request.signal);
      if (isOutage(fault)) return replyOfOutage(fault, errorBody);
      return echo(fault, bearerToken(request.headers) ?? 'nothing');
    }
    if (fault?.kind === 'added-by-person') this.#addByPerson(call.credentialId);
    const { outcome, response, uuid } = this.#answer(request, path, fault);
    record(outcome, uuid);
    if (fault?.kind === 'lost-answer') return 'reset';
    if (fault?.kind === 'echo-secret') return echo(fault, this.#newestSecret(call.credentialId));
    return await deliver(response, fault, request.signal);
  }

  #answer(
    { method, headers }: HttpRequest,
    path: SecretsPath | undefined,
    fault: ConsoleFault | undefined,
  ): Answer {
    const client = admit(this.#ims, path, headers);
    if (typeof client === 'string') return refused(client);
    if (path?.uuid !== undefined) {
      return method === 'DELETE' ? this.#delete(client, path.uuid) : notAllowed('DELETE');
    }
    if (method === 'GET') return this.#list(client, fault);
    return method === 'POST' ? this.#add(client, fault) : notAllowed('GET, POST');
  }

  #list(client: ImsClient, fault: ConsoleFault | undefined): Answer {
    const lag = fault?.kind === 'late-usages' ? fault.seconds * 1000 : 0;
    const until = fault?.kind === 'no-usages' ? Number.NEGATIVE_INFINITY : this.#now() - lag;
    const listed = client.liveSecrets.map((secret) =>
      withField(listedSecret(secret, until), fault),
    );
    const body = { client_id: client.clientId, client_secrets: listed };
    return { outcome: 'listed', response: json(200, body) };
  }

  #add(client: ImsClient, fault: ConsoleFault | undefined): Answer {
    if (client.liveSecrets.length >= secretLimit) return refused('ErrSecretLimit');
    const secret = client.addSecret(newValue(), { clientId: client.clientId });
    const body = withField(addedSecret(secret), fault);
    const response = json(this.answersWith200 ? 200 : 201, body);
    return { outcome: 'added', response, uuid: secret.uuid };
  }

  #delete(client: ImsClient, uuid: string): Answer {
    const secret = client.liveSecrets.find((candidate) => candidate.uuid === uuid);
    if (secret === undefined) return refused('ErrSecretNotFound');
    if (this.keepsLastSecret && client.liveSecrets.length === 1) return refused('ErrLastSecret');
    client.removeSecret(secret.value, { clientId: client.clientId });
    return { outcome: 'deleted', response: { status: this.answersWith200 ? 200 : 204 } };
  }

  #addByPerson(credentialId = ''): void {
    const client = this.#ims.clientOfCredential(credentialId);
    if (client === undefined || client.liveSecrets.length >= secretLimit) return;
    client.addSecret(newValue());
  }

  #newestSecret(credentialId = ''): string {
    return this.#ims.clientOfCredential(credentialId)?.secrets.at(-1)?.value ?? 'nothing';
  }
}

function callOf({ method, headers }: HttpRequest, path: SecretsPath | undefined): ConsoleCall {
  const apiKey = headers['x-api-key'];
  return {
    method,
    orgId: path?.orgId,
    credentialId: path?.credentialId,
    uuid: path?.uuid,
    clientId: typeof apiKey === 'string' ? apiKey : undefined,
  };
}

function refused(refusal: Refusal): Answer {
  return { outcome: refusal, response: refuse(refusal) };
}

function notAllowed(allow: string): Answer {
  const { outcome, response } = refused('ErrMethodNotAllowed');
  return { outcome, response: { ...response, headers: { ...response.headers, allow } } };
}

function withField(secret: object, fault: ConsoleFault | undefined): object {
  return fault?.kind === 'field' ? { ...secret, [fault.name]: fault.value } : secret;
}

/** In the form of the secrets in Adobe's samples. */
function newValue(): string {
  return `p8e-${randomBytes(24).toString('base64url')}`;
}
