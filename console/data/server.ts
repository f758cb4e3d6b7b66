import type { Action, ActionResult, Known, Refusal, Unknown } from '../messages.ts';

/** `ended`: the server knows this page no longer, as after its restart. */
export type Connection = 'connecting' | 'open' | 'lost' | 'ended';

export const noServer: Unknown = {
  code: 'ERR_NO_SERVER',
  message: 'the console does not answer',
};

/** Asks for JSON. An answer without success is unknown, with the server's reason. */
export async function ask<T>(path: string, signal?: AbortSignal): Promise<Known<T>> {
  return await answerOf<T>(() => fetch(path, { signal: signal ?? null }));
}

async function answerOf<T>(request: () => Promise<Response>): Promise<Known<T>> {
  try {
    const response = await request();
    if (response.ok) return { known: await response.json() };
    const refusal: Refusal | undefined = await response.json().catch(() => undefined);
    const message = `the console answered with ${response.status}`;
    return { unknown: refusal?.why ?? { ...noServer, message } };
  } catch {
    return { unknown: noServer };
  }
}

export async function act(action: Action): Promise<ActionResult> {
  const answer = await answerOf<ActionResult>(() =>
    fetch('/api/actions', {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'ims-token-rotator-console': '1' },
      body: JSON.stringify(action),
    }),
  );
  if ('known' in answer) return answer.known;
  const { unknown } = answer;
  if (unknown.code !== noServer.code) return { ok: false, why: unknown };
  const message = `${unknown.message}: it may have been carried out`;
  return { ok: false, why: { ...unknown, message } };
}

interface Listener<T> {
  readonly onEvent: (event: T) => void;
  readonly onConnection?: ((state: Connection) => void) | undefined;
  /** A tab that nobody looks at needs nothing, and a browser has few connections for all tabs. */
  readonly restsWhileHidden?: boolean | undefined;
}

const secondsToRetry = 5;

/** Listens to server-sent events until the returned function is called. */
export function listen<T>(
  path: string,
  names: readonly string[],
  { onEvent, onConnection, restsWhileHidden = false }: Listener<T>,
): () => void {
  let source: EventSource | undefined;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let isOver = false;
  const connect = (): void => {
    // A tab that was hidden and shown meanwhile may have connected already.
    source?.close();
    const opened = new EventSource(path);
    source = opened;
    const receive = ({ data }: MessageEvent<string>): void => onEvent(JSON.parse(data));
    for (const name of names) opened.addEventListener(name, receive);
    opened.addEventListener('open', () => onConnection?.('open'));
    opened.addEventListener('error', () => {
      onConnection?.('lost');
      // The browser connects again by itself, unless the answer was an error.
      if (opened.readyState === EventSource.CLOSED) void retry();
    });
  };
  const retry = async (): Promise<void> => {
    const refused = await fetch('/icon.svg').then(
      ({ status }) => status === 403,
      () => false,
    );
    if (isOver || (restsWhileHidden && document.hidden)) return;
    if (refused) onConnection?.('ended');
    else timer = setTimeout(connect, secondsToRetry * 1000);
  };
  const close = (): void => {
    clearTimeout(timer);
    source?.close();
  };
  const followVisibility = (): void => {
    close();
    if (!document.hidden) connect();
  };
  if (restsWhileHidden) document.addEventListener('visibilitychange', followVisibility);
  if (!(restsWhileHidden && document.hidden)) connect();
  return () => {
    isOver = true;
    document.removeEventListener('visibilitychange', followVisibility);
    close();
  };
}
