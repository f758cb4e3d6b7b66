import { secretMark } from './credential.ts';
import { tokenMark } from './ims.ts';

const marks = [secretMark, tokenMark];
/** The marks as they are, and inside base64 at each of its three alignments. */
const leak = new RegExp(
  marks
    .flatMap((mark) => [
      mark,
      ...[0, 1, 2].map((shift) =>
        Buffer.from('\0'.repeat(shift) + mark)
          .toString('base64')
          .slice(shift + 1, -3)
          .replaceAll('+', '\\+'),
      ),
    ])
    .join('|'),
);

/** True if a text holds a client secret or a token. */
export function leaks(text: string): boolean {
  return leak.test(text);
}
