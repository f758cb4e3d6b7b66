import { writeSync } from 'node:fs';
import { constants } from 'node:os';

/**
 * Whoever reads the lines may leave before the end, as `head` does: that is no failure of what they tell.
 * Anything else, for example a full disk, is.
 *
 * @returns has the command go on without a reader, for what it writes elsewhere
 */
export function endWithReader(): () => void {
  let goesOn = false;
  for (const stream of [process.stdout, process.stderr]) {
    stream.on('error', ({ code, message }: NodeJS.ErrnoException) => {
      if (code !== 'EPIPE') {
        if (stream === process.stdout) writeSync(2, `${message}\n`);
        process.exit(1);
      }
      if (!goesOn) process.exit(128 + constants.signals.SIGPIPE);
    });
  }
  return () => {
    goesOn = true;
  };
}
