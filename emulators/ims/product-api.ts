import { randomUUID } from 'node:crypto';
import {
  type HttpReply,
  type HttpRequest,
  type HttpResponse,
  HttpServer,
  json,
  type LocalServer,
} from '../wire/http-server.ts';

/** Inspects a token for the API gateway, as IMS does. */
export interface TokenInspector {
  inspect(
    token: string,
  ):
    | { readonly valid: true; readonly clientId: string; readonly orgId: string | undefined }
    | { readonly valid: false };
}

const scenarios = [
  { id: 101, name: 'Sync projects' },
  { id: 102, name: 'Send proofs' },
];

/**
 * Workfront Fusion behind Adobe's API gateway. It has one path, which requires a valid token and
 * Fusion's headers.
 */
export class ProductApiEmulator implements LocalServer {
  /** False for a technical account without rights in the product. */
  technicalAccountHasAccess = true;
  readonly #tokens: TokenInspector;
  readonly #server = new HttpServer((request) => this.#handle(request));
  #acceptedCount = 0;

  constructor(tokens: TokenInspector) {
    this.#tokens = tokens;
  }

  get url(): string {
    return this.#server.url;
  }

  /** The number of accepted calls. */
  get acceptedCount(): number {
    return this.#acceptedCount;
  }

  async start(port?: number): Promise<void> {
    await this.#server.start(port);
  }

  async stop(): Promise<void> {
    await this.#server.stop();
  }

  #handle(request: HttpRequest): HttpReply {
    const requestId = randomUUID();
    const response = this.#answer(request, requestId);
    return { ...response, headers: { 'x-request-id': requestId, ...response.headers } };
  }

  /** The gateway's checks come first, then the service's own. */
  #answer({ method, url, headers }: HttpRequest, requestId: string): HttpResponse {
    const token = /^Bearer (\S+)$/i.exec(headers.authorization ?? '')?.[1];
    if (token === undefined) return gatewayError('403010', 'Oauth token is missing');
    const apiKey = headers['x-api-key'];
    if (apiKey === undefined) return gatewayError('403000', 'Api Key is required');
    const inspection = this.#tokens.inspect(token);
    if (!inspection.valid) return gatewayError('401013', 'Oauth token is not valid');
    if (apiKey !== inspection.clientId) return gatewayError('403003', 'Api Key is invalid');
    if (!/^\d+$/.test(String(headers['x-organization-id'])) || !headers['x-gw-region']) {
      return gatewayError('400003', 'Missing header');
    }

    const report = { 'request-id': requestId, 'x-gw-ims-org-id': inspection.orgId };
    if (method !== 'GET' || url.pathname !== '/api/v3/scenarios') {
      return problem({ type: 'NotFound', status: 404, title: 'Resource not found', report });
    }
    if (!this.technicalAccountHasAccess) {
      return problem({ type: 'Forbidden', status: 403, title: 'Access denied', report });
    }
    this.#acceptedCount += 1;
    return json(200, { items: scenarios, _page: { count: scenarios.length, next: null } });
  }
}

/** The first three digits of the gateway's codes are the HTTP status. */
function gatewayError(code: string, message: string): HttpResponse {
  return json(Number(code.slice(0, 3)), { error_code: code, message });
}

function problem(value: {
  readonly type: string;
  readonly status: number;
  readonly title: string;
  readonly report: object;
}): HttpResponse {
  return json(value.status, value, { 'content-type': 'application/problem+json' });
}
