/** A fault that lasts until somebody repairs it. */
export type LastingFault = 'certificate' | 'proxy' | 'unresolved';

/** The proxy could not be connected to: its errors look like those of the host behind it. */
export class ProxyUnreachable extends Error {
  readonly code: string;

  constructor(cause: Error) {
    super(cause.message, { cause });
    this.name = 'ProxyUnreachable';
    this.code = codeOf(cause);
  }
}

/**
 * Names an error of a connection through a proxy as one of the proxy, which alone is resolved and
 * connected to from here. A TLS error may be either's.
 */
export function ofProxy(error: Error): Error {
  const code = codeOf(error);
  const isOfProxy = code === 'ECONNREFUSED' || isUnresolved(code) || isWithoutTls(error);
  return isOfProxy ? new ProxyUnreachable(error) : error;
}

/** No certificate is at fault where the other side speaks no TLS at all. */
function isWithoutTls({ message }: Error): boolean {
  return message.includes('wrong version number');
}

/**
 * The fault behind a failed connection; undefined for one that may pass by itself, for example a
 * time-out, a reset, or EAI_AGAIN of the resolver.
 *
 * @see https://nodejs.org/api/tls.html#x509-certificate-error-codes
 */
export function lastingFault(error: unknown): LastingFault | undefined {
  if (!(error instanceof Error)) return undefined;
  if (error instanceof ProxyUnreachable) {
    const { code } = error;
    return code === 'ECONNREFUSED' || isTls(code) || isUnresolved(code) ? 'proxy' : undefined;
  }
  const code = codeOf(error);
  if (code === 'UND_ERR_PRX_TLS' || isRefusedByProxy(error)) return 'proxy';
  if (isTls(code)) return 'certificate';
  return isUnresolved(code) ? 'unresolved' : undefined;
}

/** An error's code, or that of the first of several attempts to connect. */
function codeOf(error: unknown): string {
  const { code, errors } = (error ?? {}) as { readonly code?: unknown; readonly errors?: unknown };
  if (typeof code === 'string') return code;
  return Array.isArray(errors) && errors.length > 0 ? codeOf(errors[0]) : '';
}

const verification =
  /^(CERT_|CRL_|DEPTH_ZERO_|ERROR_IN_C|SELF_SIGNED_|UNABLE_TO_|INVALID_CA$|INVALID_PURPOSE$|PATH_LENGTH_EXCEEDED$|HOSTNAME_MISMATCH$)/;

function isTls(code: string): boolean {
  if (code === 'ERR_TLS_HANDSHAKE_TIMEOUT' || /INTERNAL_ERROR|RECORD|EOF/.test(code)) return false;
  return verification.test(code) || /^(ERR_TLS_|ERR_SSL_|EPROTO$)/.test(code);
}

function isUnresolved(code: string): boolean {
  return code === 'ENOTFOUND' || code === 'ENODATA';
}

/**
 * A 5xx of a proxy is about the host behind it, and may pass, but for those that say that it is no
 * proxy, or wants a person to sign in.
 */
function isRefusedByProxy(error: Error): boolean {
  const status = proxyStatus(error);
  return status !== undefined && !/^(408|425|429|5(?!01|05|11).*)$/.test(status);
}

/** The status with which a proxy refused a connection, as undici or Node.js tells it; or without TLS. */
export function proxyStatus(error: Error): string | undefined {
  if (error instanceof ProxyUnreachable) return isWithoutTls(error) ? 'without TLS' : undefined;
  const { code, statusCode } = error as { readonly code?: unknown; readonly statusCode?: unknown };
  // An answer that is no HTTP has the status NaN.
  if (code === 'ERR_PROXY_TUNNEL') return statusCode ? `${statusCode}` : undefined;
  if (error.message.startsWith('Proxy Authentication Required')) return '407';
  return /^Proxy response \((\d{3})\)/.exec(error.message)?.[1];
}
