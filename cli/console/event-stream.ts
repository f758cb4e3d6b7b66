import type { ServerResponse } from 'node:http';
import { safeHeaders, toJson } from './answers.ts';

// Seconds. A browser, and whatever forwards the port, sees by it that the server lives.
const heartbeat = 15;

// Bytes that may wait for a reader.
const mostWaiting = 4 * 1_048_576;

/** Server-sent events to one reader. */
export class EventStream {
  readonly #response: ServerResponse;
  #lastId = 0;

  constructor(response: ServerResponse) {
    this.#response = response;
    response.writeHead(200, { ...safeHeaders, 'content-type': 'text/event-stream' });
    response.flushHeaders();
    const timer = setInterval(() => this.#write(':\n\n'), heartbeat * 1000);
    this.onClosed(() => clearInterval(timer));
  }

  get isClosed(): boolean {
    return this.#response.closed || this.#response.destroyed;
  }

  onClosed(listener: () => void): void {
    if (this.isClosed) listener();
    else this.#response.once('close', listener);
  }

  send(event: { readonly type: string }): void {
    this.sendAs(event.type, event);
  }

  sendAs(type: string, event: unknown): void {
    this.#lastId += 1;
    this.#write(`id: ${this.#lastId}\nevent: ${type}\ndata: ${toJson(event)}\n\n`);
  }

  end(): void {
    this.#response.end();
  }

  /** A reader that falls behind is dropped. It connects again, and then gets what is current. */
  #write(text: string): void {
    const waiting = this.#response.writableLength;
    if (waiting > 0 && waiting + text.length > mostWaiting) this.#response.destroy();
    if (!this.isClosed) this.#response.write(text);
  }
}
