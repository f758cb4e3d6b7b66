/** One page of a list, and the token for the next page. */
export interface Page<Item> {
  readonly items: readonly Item[];
  readonly nextToken: string | undefined;
}

/**
 * Cuts a page from a list. The token names the last item of the page before, so that items added
 * in front of it shift nothing.
 *
 * @throws the error of `invalidToken` if no item has that token
 */
export function pageOf<Item>(
  list: readonly Item[],
  keyOf: (item: Item) => string,
  { size, token }: { readonly size: number; readonly token?: string | undefined },
  invalidToken: () => Error,
): Page<Item> {
  const after = token === undefined ? undefined : Buffer.from(token, 'base64url').toString();
  const last = after === undefined ? -1 : list.findIndex((item) => keyOf(item) === after);
  if (after !== undefined && last === -1) throw invalidToken();
  const items = list.slice(last + 1, last + 1 + size);
  const end = items.at(-1);
  const isWhole = end === undefined || last + 1 + items.length >= list.length;
  return { items, nextToken: isWhole ? undefined : Buffer.from(keyOf(end)).toString('base64url') };
}
