import * as v from 'valibot';
import { isOfProxy } from '../../core/remote-error.ts';
import type { PendingToken } from '../../core/stored-token.ts';
import { lastingFault } from '../../lambda/adapters/network-fault.ts';
import { reasonOf } from '../../lambda/adapters/response-parts.ts';
import { usageError } from '../errors.ts';
import type { Session } from '../session.ts';
import { networkFix } from '../view/network-fix.ts';
import { type Check, check, type Finding, failed, ok, unknown } from './check.ts';
import { get, type HttpResponse } from './http-get.ts';

interface Caller {
  readonly session: Pick<Session, 'network' | 'signal'>;
  readonly stored: Promise<Pick<PendingToken, 'accessToken' | 'clientId'>>;
}

export interface ProductApi {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
}

/** Deeper below adobe.com, only the API of Commerce: webhooks are there, too. */
const adobeHost =
  /(^|\.)(adobe\.io|workfront\.com|api\.commerce\.adobe\.com)$|^([a-z0-9-]+\.)?adobe\.com$/;
/** API Mesh, and the actions of Runtime: see `client/allowed-origins.ts`; and the webhooks of Fusion. */
const customersHost =
  /\b(?:graph|runtime)\d*\b.*\.adobe\.io$|\b(?:web)?hooks?\d*\b.*\.(?:adobe\.io|(?:adobe|workfront|workfrontfusion)\.com)$/;
const loopback = new Set(['127.0.0.1', 'localhost', '[::1]']);

/**
 * Reads `--api` and `--api-header`. The token is sent there, so the host has to be Adobe's, and not
 * one where any customer chooses what answers, or this machine, for tests.
 *
 * @throws CliError ERR_USAGE
 */
export function readProductApi(
  url: string | undefined,
  lines: readonly string[],
): ProductApi | undefined {
  if (url === undefined) {
    if (lines.length > 0) throw usageError('--api-header needs --api URL');
    return undefined;
  }
  const { protocol = '', hostname = '' } = URL.parse(url) ?? {};
  const isLocal = /^https?:$/.test(protocol) && loopback.has(hostname);
  const isAdobe = protocol === 'https:' && adobeHost.test(hostname);
  if (customersHost.test(hostname)) {
    throw usageError(
      '--api must not be API Mesh, Runtime or a webhook: any customer of Adobe chooses there what gets the token',
    );
  }
  if (!isLocal && !isAdobe) {
    throw usageError(
      '--api must be an https URL under adobe.io, workfront.com or api.commerce.adobe.com, or directly under adobe.com: it gets the token',
    );
  }
  const headers = lines.map((line) => /^([A-Za-z0-9-]+):\s*([\x20-\x7e]+)$/.exec(line));
  if (headers.includes(null)) throw usageError('--api-header must have the form "name: value"');
  const pairs = headers.map((match) => [match?.[1]?.toLowerCase() ?? '', match?.[2] ?? '']);
  // A network of many sites would take the request, and the token, to the site that it names.
  if (pairs.some(([name]) => name === 'host')) throw usageError('--api-header must not be host');
  return { url, headers: Object.fromEntries(pairs) };
}

/** Checks that a product accepts the token, which IMS does not know. */
export function productCheck({ session, stored }: Caller, api: ProductApi | undefined): Check {
  return check('product', async () => {
    if (api === undefined) {
      const fix = 'name a GET endpoint: --api URL, with --api-header for each header that it needs';
      return unknown('not called', fix);
    }
    const { accessToken, clientId } = await stored;
    const headers = {
      'x-api-key': clientId,
      ...api.headers,
      authorization: `Bearer ${accessToken.reveal()}`,
    };
    try {
      return findingOf(await get(api.url, headers, session));
    } catch (error) {
      if (session.signal.aborted) throw error;
      // It may quote what the other side sent, to which the token was sent.
      const reason = reasonOf(error, [accessToken.reveal()]);
      return unknown(`no response: ${reason}`, networkFix[lastingFault(error) ?? 'passing']);
    }
  });
}

const gatewayBody = v.object({ error_code: v.union([v.string(), v.number()]) });

const keyFix =
  "add the product's API to the credential's project in the Developer Console; client_id is the key";

const chooseAnother = 'choose a GET that returns 200 to an authorized client';

/**
 * The gateway's own errors have a code; the product's have none.
 *
 * @see https://developer.adobe.com/workfront-fusion-apis/getting-started/api_headers/
 */
function findingOf({ status, body, isPage }: HttpResponse): Finding {
  const code = gatewayCode(body);
  if (code === undefined && (isPage || isOfProxy(status))) {
    const response = `responded with ${status}${isPage ? ' and a web page' : ''}`;
    const orProxy = `a proxy on the way may have answered: ${networkFix.proxy}`;
    // A gateway in front of a product may say so in HTML.
    return status === 401
      ? failed(
          `${response}: the token is rejected`,
          `see "token at IMS" above; if IMS accepts it, ${orProxy}`,
        )
      : unknown(
          `${response}, not as Adobe's products do`,
          `${chooseAnother}; if it is one, ${orProxy}`,
        );
  }
  if (status >= 200 && status < 300) return ok(`responded with ${status}`);
  const response = `responded with ${status}${code === undefined ? '' : ` (${code})`}`;
  if (status === 401) {
    return failed(`${response}: the product rejects the token`, 'see "token at IMS" above');
  }
  if (code === '403000' || code === '403003') {
    return failed(`${response}: the product rejects the API key`, keyFix);
  }
  if (status === 403) {
    return failed(
      `${response}: IMS accepts the token, but the product grants it no access`,
      'give the technical account a product profile in the Adobe Admin Console, and a role in the product',
    );
  }
  if (code === '400003') {
    return failed(`${response}: a header is missing`, 'give it with --api-header "name: value"');
  }
  return unknown(response, chooseAnother);
}

function gatewayCode(body: string): string | undefined {
  try {
    const parsed = v.safeParse(gatewayBody, JSON.parse(body));
    const code = parsed.success ? String(parsed.output.error_code) : '';
    // Anything else may be part of the token that was sent.
    return /^\d{3,7}$/.test(code) ? code : undefined;
  } catch {
    return undefined;
  }
}
