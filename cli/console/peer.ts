import { readFile } from 'node:fs/promises';
import type { Socket } from 'node:net';
import { endianness } from 'node:os';

/** One end of a connection over IPv4. */
export interface End {
  readonly address: string;
  readonly port: number;
}

/** A connection, as seen by the program whose end is the first. */
export type Ends = readonly [own: End, other: End];

// A client may use a socket of IPv6 for an address of IPv4.
const tables = ['/proc/self/net/tcp', '/proc/self/net/tcp6'];

const root = 0;

/**
 * False if another user of this machine has opened the connection. Only Linux tells; root, who may
 * do everything, forwards ports for people.
 */
export async function isOwnPeer(socket: Socket): Promise<boolean> {
  const { remoteAddress, remotePort, localAddress, localPort } = socket;
  const own = process.getuid?.();
  if (process.platform !== 'linux' || own === undefined) return true;
  if (remoteAddress === undefined || remotePort === undefined) return false;
  const client = { address: remoteAddress, port: remotePort };
  const server = { address: localAddress ?? '', port: localPort ?? 0 };
  const lines = (await Promise.all(tables.map(linesOf))).flat();
  // Some sandboxes show no connections at all. Elsewhere this one has ended, and so its user is unknown.
  if (ownerIn(lines, [server, client]) === undefined) return !isListed(lines, server);
  const owner = ownerIn(lines, [client, server]);
  return owner === own || owner === root;
}

async function linesOf(table: string): Promise<readonly string[]> {
  const text = await readFile(table, 'utf8').catch(() => '');
  return text.split('\n').slice(1);
}

/**
 * The user whose program has this end of a connection; undefined if none has it, as after the end of
 * that program.
 *
 * @see https://docs.kernel.org/networking/proc_net_tcp.html
 */
export function ownerIn(lines: readonly string[], [own, other]: Ends): number | undefined {
  const [begin, end] = [hexOf(own), hexOf(other)];
  for (const line of lines) {
    const fields = line.trim().split(/\s+/);
    const [, from = '', to = '', , , , , uid] = fields;
    const isOpen = fields[9] !== '0';
    if (from.endsWith(begin) && to.endsWith(end) && isOpen) return Number(uid);
  }
  return undefined;
}

const listening = '0A';

/** True if the table shows that a server listens at this port. */
function isListed(lines: readonly string[], { port }: End): boolean {
  return lines.some((line) => {
    const [, from = '', , state] = line.trim().split(/\s+/);
    return state === listening && from.endsWith(hexOfPort(port));
  });
}

/** The end of a field: for a socket of IPv6, zeros and FFFF stand before it. */
function hexOf({ address, port }: End): string {
  const bytes = address.split('.').map((part) => Number(part).toString(16).padStart(2, '0'));
  const ordered = endianness() === 'LE' ? bytes.toReversed() : bytes;
  return `${ordered.join('')}${hexOfPort(port)}`.toUpperCase();
}

function hexOfPort(port: number): string {
  return `:${port.toString(16).padStart(4, '0').toUpperCase()}`;
}
