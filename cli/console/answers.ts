import type { ServerResponse } from 'node:http';
import type { Refusal } from '../../console/messages.ts';
import { CliError } from '../errors.ts';
import { printable } from '../view/printable.ts';
import { asUnknown } from './unknown.ts';

const policy = {
  'default-src': "'none'",
  'script-src': "'self'",
  'style-src': "'self'",
  'connect-src': "'self'",
  'img-src': "'self'",
  'font-src': "'none'",
  'base-uri': "'none'",
  'form-action': "'none'",
  'frame-ancestors': "'none'",
};

/** The headers of every answer. */
export const safeHeaders = {
  'cache-control': 'no-store',
  'content-security-policy': Object.entries(policy)
    .map((directive) => directive.join(' '))
    .join('; '),
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
};

/** Anything as JSON, without a control character in any text: a person is going to read it. */
export function toJson(value: unknown): string {
  return JSON.stringify(value, (_, part: unknown) =>
    typeof part === 'string' ? printable(part) : part,
  );
}

export function sendJson(response: ServerResponse, value: unknown, status = 200): void {
  response
    .writeHead(status, { ...safeHeaders, 'content-type': 'application/json' })
    .end(toJson(value));
}

export function sendText(response: ServerResponse, status: number, text: string): void {
  response
    .writeHead(status, { ...safeHeaders, 'content-type': 'text/plain; charset=utf-8' })
    .end(`${text}\n`);
}

/** A request that is not carried out. */
export class Refused extends Error {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;

  constructor(status: number, message: string, headers: Readonly<Record<string, string>> = {}) {
    super(message);
    this.status = status;
    this.headers = headers;
  }
}

/** Answers a request that failed. */
export function sendFailure(response: ServerResponse, error: unknown): void {
  // An event stream that has begun can only end.
  if (response.headersSent) {
    response.destroy();
    return;
  }
  if (error instanceof Refused) {
    const why = { code: 'ERR_USAGE', message: error.message };
    for (const [name, value] of Object.entries(error.headers)) response.setHeader(name, value);
    sendJson(response, { why } satisfies Refusal, error.status);
    return;
  }
  const why = asUnknown(error);
  sendJson(response, { why } satisfies Refusal, statusOf(error));
}

function statusOf(error: unknown): number {
  if (!(error instanceof CliError)) return 500;
  if (error.code === 'ERR_USAGE') return 400;
  return error.code === 'ERR_CREDENTIAL_NOT_FOUND' ? 404 : 502;
}
