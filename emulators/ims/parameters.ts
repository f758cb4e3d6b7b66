import type { HttpRequest } from '../wire/http-server.ts';

/** The parameters of a call by name; IMS takes them from the query too, and the form wins. */
export type Parameters = ReadonlyMap<string, string>;

/** Reads the query and, if there is one, the form. An empty value is no value. */
export function readParameters({ url, headers, body }: HttpRequest): Parameters {
  const isForm = /^application\/x-www-form-urlencoded(;|$)/i.test(headers['content-type'] ?? '');
  const form = new URLSearchParams(isForm ? body.toString() : '');
  return new Map([...url.searchParams, ...form].filter(([, value]) => value !== ''));
}
