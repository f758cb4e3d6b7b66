import type { HttpRequest } from '../wire/http-server.ts';

/** The parameters of a request, by name. IMS accepts them in the query too; the form wins. */
export type Parameters = ReadonlyMap<string, string>;

/** Reads the query and the form, if there is one. An empty value counts as absent. */
export function readParameters({ url, headers, body }: HttpRequest): Parameters {
  const isForm = /^application\/x-www-form-urlencoded(;|$)/i.test(headers['content-type'] ?? '');
  const form = new URLSearchParams(isForm ? body.toString() : '');
  return new Map([...url.searchParams, ...form].filter(([, value]) => value !== ''));
}
