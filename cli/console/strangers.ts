import type { Server } from 'node:http';
import type { Socket } from 'node:net';

// Far more than a browser opens at once.
const most = 32;

// Seconds.
const longestWait = 5;

/**
 * Connections on which nobody has shown the cookie yet. Everybody on this machine can open some, so
 * each has to be quick, and the latest ones displace the earliest. The others are not limited: they
 * are those of the one browser that has the cookie.
 */
export class Strangers {
  readonly #timers = new Map<Socket, NodeJS.Timeout>();

  constructor(server: Server) {
    server.on('connection', (socket) => {
      const timer = setTimeout(() => socket.destroy(), longestWait * 1000);
      this.#timers.set(socket, timer);
      socket.once('close', () => this.admit(socket));
      const [first] = this.#timers.keys();
      if (this.#timers.size <= most || first === undefined) return;
      this.admit(first);
      first.destroy();
    });
  }

  /** The connection has shown the cookie, and so is a stranger no more. */
  admit(socket: Socket): void {
    clearTimeout(this.#timers.get(socket));
    this.#timers.delete(socket);
  }
}
