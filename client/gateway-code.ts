import { shares } from './shared-piece.ts';

/** The longest body that is looked into. */
const longest = 8192;

/**
 * The `error_code` of Adobe's API gateway, or the `type` of a product's problem document; undefined
 * if the body has neither. The response can still be read.
 *
 * @see https://developer.adobe.com/workfront-fusion-apis/getting-started/api_headers/
 */
export async function gatewayCode(response: Response, token: string): Promise<string | undefined> {
  if (!/\bjson\b/.test(response.headers.get('content-type') ?? '')) return undefined;
  // A success is not held back until its body has arrived, unless it is known to be short.
  const length = Number(response.headers.get('content-length') ?? Number.NaN);
  if (response.ok && !(length <= longest)) return undefined;
  try {
    const { error_code, type } = Object(JSON.parse(await peek(response)));
    const code = String(error_code ?? type ?? '');
    // Anything else may repeat what was sent.
    return /^[\w.:/-]{1,40}$/.test(code) && !shares(code, token) ? code : undefined;
  } catch {
    return undefined;
  }
}

/** The text of the body, unless it is too long. */
async function peek(response: Response): Promise<string> {
  const decoder = new TextDecoder();
  const reader = response.clone().body?.getReader();
  let text = '';
  while (text.length <= longest) {
    const chunk = await reader?.read();
    if (chunk === undefined || chunk.done) return text;
    text += decoder.decode(chunk.value, { stream: true });
  }
  // This resolves only when the caller is done with the other branch.
  reader?.cancel().catch(() => undefined);
  return '';
}
