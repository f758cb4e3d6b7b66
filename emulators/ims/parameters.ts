import type { HttpRequest } from '../wire/http-server.ts';

/** The parameters of a request, by name. IMS accepts them in the query too; the form wins. */
export type Parameters = ReadonlyMap<string, string>;

/**
 * Reads the query, the form in either encoding (Adobe's own libraries send multipart), and the
 * client's id and secret in basic authentication. An empty value counts as absent.
 */
export async function readParameters({ url, headers, body }: HttpRequest): Promise<Parameters> {
  const type = headers['content-type'] ?? '';
  const isForm = /^(application\/x-www-form-urlencoded|multipart\/form-data)(;|$)/i.test(type);
  const sent = new Response(Uint8Array.from(body), { headers: { 'content-type': type } });
  const form = isForm ? await sent.formData().catch(() => new FormData()) : new FormData();
  const texts = [...form].map(([name, value]): [string, string] => [name, String(value)]);
  const all = [...url.searchParams, ...basicClient(headers.authorization), ...texts];
  return new Map(all.filter(([, value]) => value !== ''));
}

/** @see https://www.rfc-editor.org/rfc/rfc6749#section-2.3.1 */
function basicClient(authorization = ''): [string, string][] {
  const [, encoded] = /^Basic (\S+)$/i.exec(authorization) ?? [];
  if (encoded === undefined) return [];
  const [id = '', secret = ''] = Buffer.from(encoded, 'base64').toString().split(':');
  const decode = (text: string): string => new URLSearchParams(`a=${text}`).get('a') ?? '';
  return [
    ['client_id', decode(id)],
    ['client_secret', decode(secret)],
  ];
}
