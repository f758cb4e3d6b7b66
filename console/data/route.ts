/** The pages, and the part of the address that names them. */
export type Route =
  | { readonly page: 'fleet' | 'timeline' | 'health' }
  | { readonly page: 'credential'; readonly name: string }
  | { readonly page: 'runbook'; readonly anchor: string };

export function parseRoute(hash: string): Route {
  const [page = '', rest] = hash.replace(/^#\/?/, '').split('/', 2);
  if (page === 'credential' && rest) return { page, name: decode(rest) };
  if (page === 'runbook' && rest) return { page, anchor: decode(rest) };
  return page === 'timeline' || page === 'health' ? { page } : { page: 'fleet' };
}

export function hashOf(route: Route): string {
  if (route.page === 'credential') return `#/credential/${encodeURIComponent(route.name)}`;
  if (route.page === 'runbook') return `#/runbook/${encodeURIComponent(route.anchor)}`;
  return `#/${route.page}`;
}

export function titleOf(route: Route): string {
  if (route.page === 'credential') return route.name;
  return { fleet: 'Fleet', timeline: 'Timeline', health: 'Health', runbook: 'Runbook' }[route.page];
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
