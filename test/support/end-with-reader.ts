import { constants } from 'node:os';

/** Whoever reads the lines may leave before the end, as `head` does: that is no failure of what they tell. */
export function endWithReader(): void {
  for (const stream of [process.stdout, process.stderr]) {
    stream.once('error', () => process.exit(128 + constants.signals.SIGPIPE));
  }
}
