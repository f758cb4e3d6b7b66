import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { onTestFinished } from 'vitest';
import { sendJson, sendText } from '../../cli/console/answers.ts';
import { EventStream } from '../../cli/console/event-stream.ts';
import { builtPage, StaticFiles } from '../../cli/console/static-files.ts';
import type { Fleet, FleetEvent, FleetRow } from '../../console/messages.ts';

/** What the page is told: fixed answers by path, and the events of the fleet. */
export interface Fixture {
  readonly address: string;
  /** Sends an event to each page that is open. */
  readonly tell: (event: FleetEvent) => void;
  /** Ends the streams, as a server that stops does; the next requests find it or not. */
  readonly drop: () => void;
  /** From now on knows no browser, as after a restart. */
  readonly restart: () => void;
  readonly requests: string[];
}

interface Options {
  readonly rows: readonly FleetRow[];
  readonly fleet?: Partial<Fleet> | undefined;
  /** When the rows were listed. @default now */
  readonly listedAt?: number | undefined;
  /** The body of the answer to a path; the beginning of the path suffices. */
  readonly answers?: Readonly<Record<string, unknown>> | undefined;
  /** The events of a stream; the beginning of its path suffices. */
  readonly streams?: Readonly<Record<string, readonly { readonly type: string }[]>> | undefined;
}

export const nowSeconds = (): number => Math.floor(Date.now() / 1000);

/**
 * Serves the page as the console does, and tells it what no real server can be brought to say:
 * thousands of rows, hostile texts, every state at once.
 */
export async function servePage(options: Options) {
  const { rows, fleet, listedAt, streams = {} } = options;
  const answers = { ...options.answers, '/api/past': options.answers?.['/api/past'] ?? {} };
  let isRestarted = false;
  const files = await StaticFiles.read(builtPage);
  const open = new Set<EventStream>();
  const others = new Set<EventStream>();
  const requests: string[] = [];
  const server = createServer((request, response) => {
    const { pathname, search } = new URL(request.url ?? '/', 'http://127.0.0.1');
    requests.push(`${request.method} ${pathname}${search}`);
    const name = pathname === '/' ? 'index.html' : pathname.slice(1);
    const stream = Object.entries(streams).find(([path]) => pathname.startsWith(path));
    const answer = Object.entries(answers).find(([path]) => pathname.startsWith(path));
    if (isRestarted) {
      sendText(response, 403, 'This console is open only to another browser.');
    } else if (pathname === '/api/fleet/events') {
      const events = new EventStream(response);
      open.add(events);
      events.onClosed(() => open.delete(events));
      const at = listedAt ?? nowSeconds();
      events.send({ type: 'fleet', at, fleet: fleetWith(fleet), rows } as FleetEvent);
    } else if (stream !== undefined) {
      const events = new EventStream(response);
      others.add(events);
      events.onClosed(() => others.delete(events));
      for (const event of stream[1]) events.send(event);
    } else if (answer !== undefined) {
      sendJson(response, answer[1]);
    } else if (files.has(name)) {
      files.send(request, response, name);
    } else {
      sendJson(response, { why: { code: 'ERR_USAGE', message: 'nothing is here' } }, 404);
    }
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  const fixture: Fixture = {
    address: `http://127.0.0.1:${port}/`,
    tell: (event) => {
      for (const events of open) events.send(event);
    },
    drop: () => {
      for (const events of [...open, ...others]) events.end();
    },
    restart: () => {
      isRestarted = true;
      for (const events of open) events.end();
    },
    requests,
  };
  return fixture;
}

function fleetWith(fleet: Partial<Fleet> = {}): Fleet {
  return {
    rotator: 'production',
    region: 'eu-west-1',
    tick: 900,
    every: 10,
    allowsActions: false,
    options: '',
    abandoned: { known: [] },
    now: nowSeconds(),
    ...fleet,
  };
}
