import { showClientId } from '../../core/field-names.ts';
import type { EpochSeconds } from '../../core/instant.ts';
import { CliError } from '../errors.ts';
import type { Reader } from '../rotator/readers.ts';
import { importersOf } from '../rotator/rotator.ts';
import { formatDuration } from '../view/durations.ts';
import { inWords } from '../view/reader-lines.ts';
import type { Answer } from './answer.ts';

/** The steps after a leak that only people can take. */
export function adviceFor(
  { name, rotator, client }: Answer,
  clientId: string,
  { isPaused, isTokenOnly }: { readonly isPaused: boolean; readonly isTokenOnly: boolean },
): readonly string[] {
  const others = importersOf(rotator, client.arn).filter(
    ({ credential, prefix }) => credential !== name || prefix !== rotator.prefix,
  );
  const shared = others.map(
    ({ credential, rotator: other }) =>
      `The credential ${credential} of the rotator ${other} uses the same client secret, so that its tokens have leaked too: ims-token-rotator leaked ${credential} --token --rotator ${other}`,
  );
  const ofSecret = [
    `Tokens that somebody minted with the leaked secret are not known here, and last up to a day: have Adobe support invalidate all tokens of the client ${showClientId(clientId)}.`,
    'Give the new client secret to whoever else used the leaked one, which Adobe refuses from now on: also to other credentials of rotators that have the same client, by put-credential.',
    ...shared,
  ];
  return [
    ...(isTokenOnly ? [] : ofSecret),
    `Find out how it leaked, and what was done with it at Adobe in the meantime.`,
    ...(isPaused
      ? [
          `${name} is still paused, so that nothing renews its token: ims-token-rotator resume ${name}`,
        ]
      : []),
  ];
}

const mostShown = 5;

/** The readers for people. */
export function linesOfReaders(
  readers: readonly Reader[] | CliError,
  now: EpochSeconds,
  isTokenOnly: boolean,
): readonly string[] {
  const what = isTokenOnly ? 'token' : 'client secret';
  if (readers instanceof CliError)
    return [`Who has read the ${what} is unknown: ${readers.message}.`];
  if (readers.length === 0)
    return [`CloudTrail shows no read of the ${what} among the latest reads.`];
  const shown = readers
    .slice(0, mostShown)
    .map(
      ({ principal, at, is }) =>
        `${principal}${inWords(is)} last read the ${what} ${formatDuration(now - at)} ago.`,
    );
  const more = readers.length - mostShown;
  return more > 0 ? [...shown, `${more} more read it before; --json lists them.`] : shown;
}
