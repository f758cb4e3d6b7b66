import type { Fleet } from '../messages.ts';

/** A command for people to copy, with the options that the console was started with. */
export function commandOf(words: string, fleet: Pick<Fleet, 'options'> | undefined): string {
  return ['ims-token-rotator', words, fleet?.options].filter(Boolean).join(' ');
}

const names =
  'doctor|renew|resume|pause|put-credential|onboard|offboard|token|leaked|rotate-client-secret';
// As a shell reads it: with spaces only in quotes.
const value = `(?:'[^']*'|\\\\'|[^\\s'";,()])+`;

/** A command of this program in a text, from its name to its last option. */
export const commandInText = new RegExp(
  `ims-token-rotator (?:(?:${names}) (?!--)[^\\s:;,()]+|[a-z-]+)` +
    `(?: (?:--(?:rotator|prefix|function|profile|region) ${value}|--[a-z-]+|FILE))*`,
);
