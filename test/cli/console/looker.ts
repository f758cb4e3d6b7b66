import { once } from 'node:events';
import { get, request as httpRequest, type IncomingMessage, type RequestOptions } from 'node:http';
import { PassThrough } from 'node:stream';
import { onTestFinished } from 'vitest';
import type { CommonOptions } from '../../../cli/common-options.ts';
import { type RunningConsole, startServer } from '../../../cli/console/server.ts';
import { silently } from '../../../cli/console/silently.ts';
import { startSession } from '../../../cli/session.ts';
import type { FleetEvent } from '../../../console/messages.ts';
import type { EpochSeconds } from '../../../core/instant.ts';
import type { WorldOptions } from '../../../local/world.ts';
import { type Rotator, startRotator } from '../../support/start-rotator.ts';

export interface ConsoleSetting {
  readonly world?: WorldOptions | undefined;
  /** @default false */
  readonly allowsActions?: boolean | undefined;
  /** Those of the command `console`. @default none */
  readonly options?: CommonOptions | undefined;
  /** Seconds between two lists. @default 10 */
  readonly every?: number | undefined;
  /** The server's clock. */
  readonly now?: (() => EpochSeconds) | undefined;
  /** False for a browser that has not used the key yet. @default true */
  readonly enter?: boolean | undefined;
  /** Prepares the world before the server starts. */
  readonly prepare?: ((rotator: Rotator) => void | Promise<void>) | undefined;
}

export interface Answer {
  readonly status: number;
  readonly headers: IncomingMessage['headers'];
  readonly text: string;
}

export interface Looker extends Rotator {
  readonly server: RunningConsole;
  /** The address with a key that is not used yet. */
  readonly unused: string;
  /** The answer to the key. */
  readonly entered: Answer;
  /** Without the key. */
  readonly origin: string;
  /** What the browser sends once it has used the key. */
  readonly cookie: string;
  /** A request of the browser, with its cookie. */
  readonly ask: (path: string, options?: RequestOptions, body?: string) => Promise<Answer>;
  /** The body of an answer as JSON. */
  readonly json: <Body>(path: string) => Promise<Body>;
  /** The events of a stream, as they come. */
  readonly events: <Event>(path: string) => AsyncGenerator<Event, void>;
  /** Ends the server as Ctrl-C does. */
  readonly stop: () => void;
}

/** A browser that has opened the console of a rotator in the embedded world. */
export async function openConsole(setting: ConsoleSetting = {}): Promise<Looker> {
  const { every = 10, allowsActions = false } = setting;
  const rotator = await startRotator(setting.world);
  await setting.prepare?.(rotator);
  const interruption = new AbortController();
  onTestFinished(() => interruption.abort());
  Object.assign(process.env, environmentOf(rotator));
  const started = silently(
    await startSession(setting.options ?? {}, ownProcess(), interruption.signal),
  );
  const session = { ...started, now: setting.now ?? started.now };
  const server = await startServer(session, { port: 0, every, allowsActions });
  const { origin } = new URL(server.address);
  const entered: Answer =
    setting.enter === false ? { status: 0, headers: {}, text: '' } : await send(server.address);
  const cookie = String(entered.headers['set-cookie']).split(';')[0] ?? '';
  const ask: Looker['ask'] = (path, { headers, ...options } = {}, body = undefined) =>
    send(`${origin}${path}`, { ...options, headers: { cookie, ...Object(headers) } }, body);
  return {
    ...rotator,
    server,
    unused: server.address,
    entered,
    origin,
    cookie,
    ask,
    json: async (path) => JSON.parse((await ask(path)).text),
    events: (path) => eventsOf(`${origin}${path}`, cookie),
    stop: () => interruption.abort(),
  };
}

/** Every session listens to its terminal, and this process has one for all tests. */
function ownProcess(): Parameters<typeof startSession>[1] {
  const { env, stdin } = process;
  const streams = { stdout: new PassThrough(), stderr: new PassThrough() };
  return { env, stdin, ...(streams as unknown as Pick<NodeJS.Process, 'stdout' | 'stderr'>) };
}

function environmentOf({ world }: Rotator): Record<string, string> {
  return {
    AWS_ENDPOINT_URL: world.aws.url,
    AWS_REGION: world.region,
    AWS_ACCESS_KEY_ID: 'operator',
    AWS_SECRET_ACCESS_KEY: 'operator',
    AWS_CONFIG_FILE: '/dev/null',
    AWS_SHARED_CREDENTIALS_FILE: '/dev/null',
    AWS_EC2_METADATA_DISABLED: 'true',
  };
}

/** Sends a request as it is: `fetch` would choose some headers itself. */
export async function send(url: string, options: RequestOptions = {}, body = ''): Promise<Answer> {
  const { origin } = new URL(url);
  // As it is, with its dots.
  const path = url.slice(origin.length);
  const sent = httpRequest(origin, { path, agent: false, ...options }).end(body);
  const [response] = (await once(sent, 'response')) as [IncomingMessage];
  let text = '';
  for await (const chunk of response.setEncoding('utf8')) text += chunk;
  return { status: response.statusCode ?? 0, headers: response.headers, text };
}

async function* eventsOf<Event>(url: string, cookie: string): AsyncGenerator<Event, void> {
  const sent = get(url, { agent: false, headers: { cookie } });
  onTestFinished(() => {
    sent.destroy();
  });
  const [response] = (await once(sent, 'response')) as [IncomingMessage];
  let text = '';
  try {
    for await (const chunk of response.setEncoding('utf8')) {
      text += chunk;
      const blocks = text.split('\n\n');
      text = blocks.pop() ?? '';
      for (const block of blocks) {
        const data = /^data: (.*)$/m.exec(block)?.[1];
        if (data !== undefined) yield JSON.parse(data);
      }
    }
  } finally {
    sent.destroy();
  }
}

/** The next event of a stream. */
export async function next<Event>(events: AsyncGenerator<Event, void>): Promise<Event> {
  const { value, done } = await events.next();
  if (done === true) throw new Error('the stream has ended');
  return value as Event;
}

/** The next event of a kind. */
export async function nextOf<Type extends FleetEvent['type']>(
  events: AsyncGenerator<FleetEvent, void>,
  type: Type,
): Promise<Extract<FleetEvent, { readonly type: Type }>> {
  for (;;) {
    const event = await next(events);
    if (event.type === type) return event as Extract<FleetEvent, { readonly type: Type }>;
  }
}
