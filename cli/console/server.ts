import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Session } from '../session.ts';
import { safeHeaders, sendFailure, sendText } from './answers.ts';
import { FleetFeed, type FleetOptions } from './fleet-feed.ts';
import { Guard } from './guard.ts';
import { HealthFeed } from './health-feed.ts';
import { Histories } from './histories.ts';
import { OneByOne } from './one-by-one.ts';
import { PastSearches } from './past-searches.ts';
import { isOwnPeer } from './peer.ts';
import { ReaderSearches } from './reader-searches.ts';
import { type Resources, route } from './routes.ts';
import { builtPage, StaticFiles } from './static-files.ts';
import { Strangers } from './strangers.ts';
import { UnreadSecrets } from './unread-secrets.ts';

export interface ServerOptions extends FleetOptions {
  /** 0 for any that is free. */
  readonly port: number;
}

/** The console while it runs. */
export interface RunningConsole {
  /** Opens the console once. */
  readonly address: string;
  /** Resolves when the server has ended. */
  readonly ended: Promise<void>;
}

/** Seconds between two lists of secrets. */
export const listEvery = 10;

/**
 * Serves the console on loopback until the session's signal aborts.
 *
 * @throws CliError when the rotator is not found
 */
export async function startServer(
  given: Session,
  { port, ...options }: ServerOptions,
): Promise<RunningConsole> {
  const session = { ...given, secrets: new UnreadSecrets(given.signal) };
  const fleet = await FleetFeed.open(session, options);
  const turns = new OneByOne();
  const resources: Resources = {
    session,
    fleet,
    files: await StaticFiles.read(builtPage),
    histories: new Histories(session.signal),
    readers: new ReaderSearches(turns, session.signal),
    past: new PastSearches(turns, session.now, session.signal),
    health: new HealthFeed(session, fleet),
    allowsActions: options.allowsActions,
  };
  const server = createServer();
  const strangers = new Strangers(server);
  await listen(server, port);
  const guard = new Guard((server.address() as AddressInfo).port);
  server.on('request', (request: IncomingMessage, response: ServerResponse) => {
    answer({ guard, strangers, resources }, request, response).catch((error: unknown) =>
      sendFailure(response, error),
    );
  });
  const ended = new Promise<void>((resolve) => server.once('close', () => resolve()));
  const end = (): void => {
    server.close();
    server.closeAllConnections();
  };
  if (session.signal.aborted) end();
  session.signal.addEventListener('abort', end, { once: true });
  return { address: `http://${guard.host}/?key=${guard.key}`, ended };
}

async function listen(server: Server, port: number): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject).listen(port, '127.0.0.1', () => resolve());
  });
}

interface Door {
  readonly guard: Guard;
  readonly strangers: Strangers;
  readonly resources: Resources;
}

async function answer(
  { guard, strangers, resources }: Door,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  // The connection lasts only with the cookie.
  const keepsAlive = response.shouldKeepAlive;
  response.shouldKeepAlive = false;
  const url = URL.parse(`http://${guard.host}${request.url}`);
  if (url === null || url.host !== guard.host) {
    sendText(response, 400, 'This is not an address.');
    return;
  }
  if (!(await isOwnPeer(request.socket))) {
    sendText(response, 403, 'This console belongs to another user of this machine.');
    return;
  }
  const admission = guard.admit(request, url);
  if (admission.kind === 'refused') sendText(response, admission.status, admission.text);
  else if (admission.kind === 'entered') {
    response.writeHead(303, { ...safeHeaders, 'set-cookie': admission.cookie, location: '/' });
    response.end();
  } else {
    response.shouldKeepAlive = keepsAlive;
    strangers.admit(request.socket);
    await route(resources, { request, response, url });
  }
}
