import type { IncomingMessage, ServerResponse } from 'node:http';
import { act, readAction } from './actions.ts';
import { Refused, sendJson } from './answers.ts';
import { credentialDetail, readersOf, type Sources } from './credential-detail.ts';
import { doctorEvents } from './doctor-events.ts';
import { EventStream } from './event-stream.ts';
import type { HealthFeed } from './health-feed.ts';
import { pasts } from './pasts.ts';
import type { StaticFiles } from './static-files.ts';
import { timeline } from './timeline.ts';

/** Everything that the routes share. */
export interface Resources extends Sources {
  readonly files: StaticFiles;
  readonly health: HealthFeed;
  readonly allowsActions: boolean;
}

/** A request that the guard has admitted. */
export interface Visit {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly url: URL;
}

/** Answers an admitted request. @throws Refused or CliError */
export async function route(resources: Resources, visit: Visit): Promise<void> {
  const { request, response, url } = visit;
  const { method = '' } = request;
  if (method === 'POST') {
    await answerAction(resources, visit);
    return;
  }
  if (!['GET', 'HEAD'].includes(method)) {
    throw new Refused(405, 'only GET, HEAD and POST are allowed', { allow: 'GET, HEAD, POST' });
  }
  const events = streams.get(url.pathname);
  if (events !== undefined) {
    if (method === 'HEAD') throw new Refused(405, 'only GET is allowed', { allow: 'GET' });
    await events(resources, visit);
    return;
  }
  if (url.pathname.startsWith('/api/')) {
    sendJson(response, await answerOf(resources, visit));
    return;
  }
  const name = url.pathname === '/' ? 'index.html' : url.pathname.slice(1);
  if (!resources.files.has(name)) throw new Refused(404, 'there is nothing at this address');
  resources.files.send(request, response, name);
}

type Stream = (resources: Resources, visit: Visit) => void | Promise<void>;

const streams: ReadonlyMap<string, Stream> = new Map<string, Stream>([
  [
    '/api/fleet/events',
    ({ fleet }, { response }) => {
      const stream = new EventStream(response);
      stream.onClosed(fleet.subscribe((event) => stream.send(event)));
    },
  ],
  [
    '/api/health/events',
    ({ health }, { response }) => {
      const stream = new EventStream(response);
      stream.onClosed(health.subscribe((event) => stream.sendAs('health', event)));
    },
  ],
  [
    '/api/doctor/events',
    async ({ session }, { response, url }) => {
      const stream = new EventStream(response);
      for await (const event of doctorEvents(session, url.searchParams.get('name') ?? undefined)) {
        if (stream.isClosed) break;
        stream.send(event);
      }
      stream.end();
    },
  ],
]);

async function answerOf(resources: Resources, { response, url }: Visit): Promise<object> {
  const { pathname, searchParams } = url;
  if (pathname === '/api/timeline') return await timeline(resources, searchParams);
  if (pathname === '/api/past') return await pasts(resources, searchParams);
  const [, encoded, readers] = /^\/api\/credentials\/([^/]+)(\/readers)?$/.exec(pathname) ?? [];
  const name = encoded === undefined ? undefined : decoded(encoded);
  if (name === undefined) throw new Refused(404, 'there is nothing at this address');
  return readers === undefined
    ? await credentialDetail(resources, name)
    : await readersOf(resources, name, () => response.closed);
}

function decoded(part: string): string | undefined {
  try {
    return decodeURIComponent(part);
  } catch {
    return undefined;
  }
}

async function answerAction(
  { session, fleet, allowsActions }: Resources,
  { request, response, url }: Visit,
): Promise<void> {
  if (url.pathname !== '/api/actions') throw new Refused(404, 'there is nothing at this address');
  const action = await readAction(request);
  if (!allowsActions) {
    throw new Refused(403, 'actions are not allowed: start the console with --allow-actions');
  }
  const result = await act(session, fleet.rotator, action);
  await fleet.lookAt(action.name).catch(() => undefined);
  sendJson(response, result);
}
