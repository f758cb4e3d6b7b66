import { closeSync, constants, openSync, readSync } from 'node:fs';

/** Bytes. The authorities of all browsers together have a quarter of it. */
export const largestFile = 1_048_576;

/**
 * Reads a file of any kind, at most one byte more than `largestFile`, which shows that it is too large.
 *
 * @throws the error of Node.js for a file that cannot be read
 */
export function readFileWithin(path: string): Buffer {
  // A pipe that nobody writes to is empty, instead of keeping the synthesis waiting.
  const file = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  try {
    const bytes = Buffer.alloc(largestFile + 1);
    let length = 0;
    for (let read = -1; read !== 0; length += read) {
      read = readSync(file, bytes, length, bytes.length - length, null);
    }
    return bytes.subarray(0, length);
  } finally {
    closeSync(file);
  }
}
