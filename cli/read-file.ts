import { constants, createReadStream, fstatSync, openSync } from 'node:fs';
import { Socket } from 'node:net';
import type { Readable } from 'node:stream';
import { isatty, ReadStream } from 'node:tty';
import { interrupted } from './errors.ts';

/**
 * Reads a file of any kind, at most one byte more than `largest`, which shows that it is too large.
 *
 * @throws CliError ERR_INTERRUPTED on Ctrl-C: nobody may ever write to a pipe
 * @throws the error of Node.js for a file that cannot be read
 */
export async function readFileWithin(
  file: string,
  largest: number,
  signal: AbortSignal,
): Promise<Buffer> {
  const stream = open(file, largest);
  try {
    return await readWithin(stream, largest, signal);
  } finally {
    stream.destroy();
  }
}

/** The same for a stream. */
export async function readWithin(
  stream: Readable,
  largest: number,
  signal: AbortSignal,
): Promise<Buffer> {
  const read = async (): Promise<Buffer> => {
    const chunks: Buffer[] = [];
    let length = 0;
    for await (const chunk of stream) {
      chunks.push(Buffer.from(chunk));
      length += chunk.length;
      if (length > largest) break;
    }
    return Buffer.concat(chunks);
  };
  const aborted = Promise.withResolvers<never>();
  const abort = (): void => aborted.reject(interrupted());
  signal.addEventListener('abort', abort, { once: true });
  if (signal.aborted) abort();
  try {
    return await Promise.race([read(), aborted.promise]);
  } finally {
    signal.removeEventListener('abort', abort);
  }
}

/** As a file, a pipe or terminal would block a thread, and with it the end of the process. */
function open(file: string, largest: number): Readable {
  const fd = openSync(file, constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOCTTY);
  if (fstatSync(fd).isFIFO()) return new Socket({ fd, readable: true, writable: false });
  return isatty(fd) ? new ReadStream(fd) : createReadStream('', { fd, end: largest });
}
