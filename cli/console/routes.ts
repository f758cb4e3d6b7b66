import type { IncomingMessage, ServerResponse } from 'node:http';
import { Refused } from './answers.ts';
import { EventStream } from './event-stream.ts';
import type { FleetFeed } from './fleet-feed.ts';
import type { StaticFiles } from './static-files.ts';

/** What the routes share. */
export interface Resources {
  readonly files: StaticFiles;
  readonly fleet: FleetFeed;
}

/** A request that the guard has admitted. */
export interface Visit {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly url: URL;
}

/** Answers an admitted request. @throws Refused or CliError */
export async function route(resources: Resources, visit: Visit): Promise<void> {
  await Promise.resolve();
  const { request, response, url } = visit;
  const { method = '' } = request;
  if (!['GET', 'HEAD'].includes(method)) {
    throw new Refused(405, 'only GET, HEAD and POST are allowed', { allow: 'GET, HEAD, POST' });
  }
  if (url.pathname === '/api/fleet/events') {
    const stream = new EventStream(response);
    stream.onClosed(
      resources.fleet.subscribe((...events) => {
        for (const event of events) stream.send(event);
      }),
    );
    return;
  }
  const name = url.pathname === '/' ? 'index.html' : url.pathname.slice(1);
  if (resources.files.has(name)) resources.files.send(request, response, name);
  else throw new Refused(404, 'there is nothing at this address');
}
