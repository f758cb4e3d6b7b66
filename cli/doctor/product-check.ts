import * as v from 'valibot';
import type { PendingToken } from '../../core/stored-token.ts';
import { usageError } from '../errors.ts';
import { type Check, check, type Finding, failed, ok, unknown } from './check.ts';
import type { Subject } from './credential-checks.ts';
import { get } from './http-get.ts';

export interface ProductApi {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
}

const adobeHost = /(^|\.)(adobe\.io|adobe\.com|workfront\.com)$/;
const loopback = new Set(['127.0.0.1', 'localhost', '[::1]']);

/**
 * What `--api` and `--api-header` say; the token is sent there, so it has to be a host of Adobe.
 *
 * @throws CliError ERR_USAGE
 */
export function readProductApi(
  url: string | undefined,
  lines: readonly string[],
): ProductApi | undefined {
  if (url === undefined) {
    if (lines.length > 0) throw usageError('--api-header is for --api URL');
    return undefined;
  }
  const parsed = URL.parse(url);
  const isLocal = parsed !== null && loopback.has(parsed.hostname);
  const isAdobe = parsed?.protocol === 'https:' && adobeHost.test(parsed.hostname);
  if (!isLocal && !isAdobe) {
    throw usageError(
      '--api must be an https URL of adobe.io, adobe.com or workfront.com: the token is sent there',
    );
  }
  const headers = lines.map((line) => /^([A-Za-z0-9-]+):\s*([\x20-\x7e]+)$/.exec(line));
  if (headers.includes(null)) throw usageError('--api-header must be such as "name: value"');
  const pairs = headers.map((match) => [match?.[1]?.toLowerCase() ?? '', match?.[2] ?? '']);
  return { url, headers: Object.fromEntries(pairs) };
}

/** Whether a product does something for the token, as IMS cannot tell. */
export function productCheck(
  { session }: Subject,
  stored: Promise<PendingToken>,
  api: ProductApi | undefined,
): Check {
  return check('product', async () => {
    if (api === undefined) {
      const fix =
        'name a GET of it: --api URL, with --api-header for what it wants beside the token';
      return unknown('not asked', fix);
    }
    const { accessToken, clientId } = await stored;
    const headers = {
      'x-api-key': clientId,
      ...api.headers,
      authorization: `Bearer ${accessToken.reveal()}`,
    };
    try {
      return findingOf(await get(api.url, headers, session.signal));
    } catch (error) {
      if (session.signal.aborted) throw error;
      return unknown(`no answer: ${(error as Error).message}`);
    }
  });
}

const gatewayBody = v.object({ error_code: v.union([v.string(), v.number()]) });

const keyFix =
  "add the product's API to the credential's project in the Developer Console; client_id is the key";

/**
 * The gateway's own refusals have a code; the product's have not.
 *
 * @see https://developer.adobe.com/workfront-fusion-apis/getting-started/api_headers/
 */
function findingOf({ status, body }: { readonly status: number; readonly body: string }): Finding {
  if (status >= 200 && status < 300) return ok(`it answered ${status}`);
  const code = gatewayCode(body);
  const said = `it answered ${status}${code === undefined ? '' : ` (${code})`}`;
  if (status === 401) {
    return failed(`${said}: it does not take the token`, 'see whether IMS does, above');
  }
  if (code === '403000' || code === '403003') {
    return failed(`${said}: the API key is not one of its own`, keyFix);
  }
  if (status === 403) {
    return failed(
      `${said}: IMS takes the token, and the product gives it no rights`,
      'give the technical account a product profile in the Adobe Admin Console, and a role in the product',
    );
  }
  if (code === '400003') {
    return failed(`${said}: a header is missing`, 'give it with --api-header "name: value"');
  }
  return unknown(said, 'a GET that answers 200 to whoever has rights tells more');
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
