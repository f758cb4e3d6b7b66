// Secrets Manager and IMS that answer at once, so that what is measured is the caller.
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { clientSecret, lifetime, type Row, rowsOf } from './secrets.ts';
import { isSigned } from './signature.ts';

export const credentials = {
  AWS_ACCESS_KEY_ID: 'ASIABENCHMARK0000000',
  AWS_SECRET_ACCESS_KEY: 'bench-secret-access-key',
  AWS_SESSION_TOKEN: 'bench-session-token',
} as const;

type Input = Readonly<Record<string, unknown>>;

/** An access token in the form of IMS's: its claims are strings of milliseconds. */
function accessToken(): string {
  const claims = {
    type: 'access_token',
    client_id: 'bench-client',
    created_at: String(Date.now()),
    expires_in: String(lifetime * 1000),
    scope: 'openid,AdobeID',
  };
  const parts = [{ alg: 'RS256', typ: 'JWT' }, claims].map((part) =>
    Buffer.from(JSON.stringify(part)).toString('base64url'),
  );
  return [...parts, 'c2lnbmF0dXJl'.repeat(28)].join('.');
}

export class AnsweringServer {
  /** How often each operation was called; IMS's token endpoint is `token`. */
  readonly calls = new Map<string, number>();
  #lists = 0;
  #pages: readonly string[] | undefined;
  #secondsLeft = lifetime;
  readonly #rows = new Map<string, Row>();
  readonly #server = createServer((request, response) => {
    void this.#answer(request, response);
  });

  async start(): Promise<void> {
    this.#server.keepAliveTimeout = 600_000;
    await once(this.#server.listen(0, '127.0.0.1'), 'listening');
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  stop(): void {
    this.#server.close();
    this.#server.closeAllConnections();
  }

  /** From now on there is one credential, with another name in each list. */
  serveOne(secondsLeft: number): void {
    this.#secondsLeft = secondsLeft;
    this.#pages = undefined;
    this.#rows.clear();
    this.calls.clear();
  }

  /** From now on there are that many credentials, some of which are due. */
  serveFleet(size: number, isDue: (index: number) => boolean): void {
    this.#rows.clear();
    this.calls.clear();
    const pages: string[] = [];
    for (let first = 0; first < size; first += 50) {
      const indices = Array.from(
        { length: Math.min(50, size - first) },
        (_, index) => first + index,
      );
      const rows = indices.flatMap((index) => {
        const pair = rowsOf(`c${String(index).padStart(6, '0')}`, isDue(index) ? 600 : lifetime);
        if (isDue(index)) this.#know(pair);
        return pair;
      });
      const NextToken = first + 50 < size ? String(pages.length + 1) : undefined;
      pages.push(JSON.stringify({ SecretList: rows, NextToken }));
    }
    this.#pages = pages;
  }

  #know(rows: readonly Row[]): void {
    for (const row of rows) {
      this.#rows.set(row.ARN, row);
      this.#rows.set(row.Name, row);
    }
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await text(request);
    const target = request.headers['x-amz-target'];
    const operation = typeof target === 'string' ? target.slice('secretsmanager.'.length) : 'token';
    this.calls.set(operation, (this.calls.get(operation) ?? 0) + 1);
    if (operation === 'token') return respond(response, 200, JSON.stringify(issue(body)));
    if (!isSigned(request.headers, body, credentials.AWS_SECRET_ACCESS_KEY)) {
      return respond(response, 400, JSON.stringify({ __type: 'InvalidSignatureException' }));
    }
    respond(response, 200, this.#secretsManager(operation, JSON.parse(body)));
  }

  #secretsManager(operation: string, input: Input): string {
    if (operation === 'ListSecrets') return this.#list(input);
    const row = this.#rows.get(String(input['SecretId']));
    if (row === undefined) throw new Error(`${operation} of an unknown secret`);
    const { ARN, Name } = row;
    switch (operation) {
      case 'DescribeSecret':
        return JSON.stringify({ ...row, VersionIdsToStages: row.SecretVersionsToStages });
      case 'GetSecretValue': {
        const { versionId: VersionId, secretString: SecretString } = clientSecret;
        return JSON.stringify({
          ARN,
          Name,
          VersionId,
          SecretString,
          VersionStages: ['AWSCURRENT'],
        });
      }
      case 'PutSecretValue': {
        const VersionId = input['ClientRequestToken'];
        return JSON.stringify({ ARN, Name, VersionId, VersionStages: ['AWSCURRENT'] });
      }
      case 'TagResource':
        return '';
      default:
        throw new Error(`unknown operation ${operation}`);
    }
  }

  #list(input: Input): string {
    if (this.#pages !== undefined) return this.#pages[Number(input['NextToken'] ?? 0)] ?? '';
    // No credential may be renewed more than a few times in a row.
    this.#lists += 1;
    const rows = rowsOf(`c${this.#lists}`, this.#secondsLeft);
    this.#know(rows);
    return JSON.stringify({ SecretList: rows });
  }
}

function issue(body: string): object {
  const form = new URLSearchParams(body);
  const isRight =
    form.get('grant_type') === 'client_credentials' &&
    form.get('client_secret') === 'bench-client-secret' &&
    form.get('scope') === 'openid,AdobeID';
  if (!isRight) return { error: 'invalid_client' };
  return { access_token: accessToken(), token_type: 'bearer', expires_in: lifetime - 1 };
}

function respond(response: ServerResponse, status: number, body: string): void {
  response.writeHead(status, {
    'content-type': 'application/x-amz-json-1.1',
    'content-length': Buffer.byteLength(body),
    'x-amzn-requestid': '00000000-0000-4000-8000-000000000000',
  });
  response.end(body);
}
