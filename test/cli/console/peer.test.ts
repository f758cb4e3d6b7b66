import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { endianness } from 'node:os';
import { expect, it, onTestFinished } from 'vitest';
import { isOwnPeer, ownerIn } from '../../../cli/console/peer.ts';

const client = { address: '127.0.0.1', port: 0x9c40 };
const server = { address: '127.0.0.1', port: 0x1f90 };

// As Linux prints them on a machine of this kind.
const loopback = endianness() === 'LE' ? '0100007F' : '7F000001';
const mapped = `0000000000000000${endianness() === 'LE' ? 'FFFF0000' : '0000FFFF'}${loopback}`;
const rest = '00000000:00000000 00:00000000 00000000';
const line = (from: string, to: string, uid: number, inode: number): string =>
  `   1: ${from} ${to} 01 ${rest} ${String(uid).padStart(5)}        0 ${inode} 1 0000 20 4 30 10 -1`;

it('finds the user of each end of a connection', () => {
  const lines = [
    line(`${loopback}:1F90`, '00000000:0000', 1000, 1),
    line(`${loopback}:1F90`, `${loopback}:9C40`, 1000, 2),
    line(`${loopback}:9C40`, `${loopback}:1F90`, 1001, 3),
  ];
  expect(ownerIn(lines, [client, server])).toBe(1001);
  expect(ownerIn(lines, [server, client])).toBe(1000);
});

it('finds the user of a socket of IPv6', () => {
  const lines = [line(`${mapped}:9C40`, `${mapped}:1F90`, 1001, 3)];
  expect(ownerIn(lines, [client, server])).toBe(1001);
});

it('finds no user of an end that no program has any more, or of another connection', () => {
  const lines = [
    line(`${loopback}:9C40`, `${loopback}:1F90`, 0, 0),
    line(`${loopback}:9C41`, `${loopback}:1F90`, 1001, 4),
  ];
  expect(ownerIn(lines, [client, server])).toBeUndefined();
});

it.skipIf(process.platform !== 'linux')(
  'a connection that was reset while nothing read it is nobody’s',
  async () => {
    const server = createServer({ pauseOnConnect: true }).listen(0, '127.0.0.1');
    onTestFinished(() => void server.close());
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const other = connect(port, '127.0.0.1');
    const [socket] = (await once(server, 'connection')) as [Socket];
    // Node asks for the address once.
    const known = `:${socket.remotePort?.toString(16).toUpperCase().padStart(4, '0')} `;
    expect(socket.remoteAddress).toBe('127.0.0.1');
    expect(await isOwnPeer(socket)).toBe(true);
    other.resetAndDestroy();
    await expect.poll(() => readFile('/proc/self/net/tcp', 'utf8')).not.toContain(known);
    expect(await isOwnPeer(socket)).toBe(false);
    socket.destroy();
  },
);
