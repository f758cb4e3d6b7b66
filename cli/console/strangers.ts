import type { Server } from 'node:http';
import type { Socket } from 'node:net';

// Far more than a browser opens at once.
const most = 32;

// Requests of others can be answered faster than these come.
const mostHeard = 512;

// Seconds.
const longestWait = 5;

/**
 * Connections on which nobody has shown the cookie yet. Everybody on this machine can open some, so
 * each has to be quick, and the latest ones displace the earliest. Those that only connect displace
 * none that has asked: whoever opens thousands keeps no browser from being answered. The others are
 * not limited: they are those of the one browser that has the cookie.
 */
export class Strangers {
  readonly #silent = new Map<Socket, NodeJS.Timeout>();
  readonly #heard = new Map<Socket, NodeJS.Timeout>();

  constructor(server: Server) {
    server.on('connection', (socket) => {
      const timer = setTimeout(() => socket.destroy(), longestWait * 1000);
      this.#silent.set(socket, timer);
      socket.once('close', () => this.admit(socket));
      this.#displace(this.#silent, most);
    });
    server.on('request', ({ socket }) => this.#hear(socket));
  }

  #hear(socket: Socket): void {
    const timer = this.#silent.get(socket);
    if (timer === undefined) return;
    this.#silent.delete(socket);
    this.#heard.set(socket, timer);
    this.#displace(this.#heard, mostHeard);
  }

  /** The connection has shown the cookie, and so is a stranger no more. */
  admit(socket: Socket): void {
    clearTimeout(this.#silent.get(socket) ?? this.#heard.get(socket));
    this.#silent.delete(socket);
    this.#heard.delete(socket);
  }

  #displace(sockets: ReadonlyMap<Socket, NodeJS.Timeout>, limit: number): void {
    const [first] = sockets.keys();
    if (sockets.size <= limit || first === undefined) return;
    this.admit(first);
    first.destroy();
  }
}
