import { showClientId } from '../../core/field-names.ts';
import { type EpochSeconds, formatInstant } from '../../core/instant.ts';
import type { CommonOptions } from '../common-options.ts';
import { CliError } from '../errors.ts';
import type { Reader } from '../rotator/readers.ts';
import type { Rotator, User } from '../rotator/rotator.ts';
import { whyUnseen } from '../rotator/sharers.ts';
import { formatDuration } from '../view/durations.ts';
import { nextCommand } from '../view/next-command.ts';
import { inWords } from '../view/reader-lines.ts';
import { someOf } from '../view/some-of.ts';
import { invalidatingAll, replacingGoodOfOther } from './all-invalidated.ts';
import type { Answer } from './answer.ts';
import type { Unreadable } from './note-end.ts';
import { type OtherToken, othersInWords } from './other-tokens.ts';
import { unreadInWords } from './unreadable.ts';

export interface Told {
  readonly isPaused: boolean;
  readonly isTokenOnly: boolean;
  /** Until then a run of the function may store a token of the leaked client secret. */
  readonly lateUntil: EpochSeconds | undefined;
  readonly ofOthers: readonly OtherToken[];
  /** The other credentials that use the client secret. */
  readonly sharers: readonly User[];
  /** The clients of which a leaked client secret may be. */
  readonly earlierClients: readonly string[];
  readonly unreadable: Unreadable;
  readonly alsoLeaked: readonly string[];
}

/** The steps after a leak that only people can take. */
export function adviceFor(answer: Answer, clientId: string, told: Told): readonly string[] {
  const { name, session } = answer;
  const { isPaused, isTokenOnly, unreadable, alsoLeaked } = told;
  return [
    ...afterSecret(answer, clientId, told),
    ...(isTokenOnly ? [] : ofEarlier(answer, told)),
    ...alsoLeaked,
    ...unreadInWords(answer, clientId, unreadable),
    `Find out how it leaked, and what was done with it at Adobe in the meantime.`,
    ...(isPaused
      ? [
          `${name} is still paused, so that nothing renews its token: ${nextCommand(`resume ${name}`, session.options)}`,
        ]
      : []),
  ];
}

/**
 * The work that a leaked client secret leaves to people. If they replaced it themselves, they learn of it
 * from `leaked --token`, which they are told to run next.
 */
function afterSecret(
  answer: Answer,
  clientId: string,
  { isTokenOnly, sharers, earlierClients }: Told,
): readonly string[] {
  const { names, rotator, client, session } = answer;
  const { options } = session;
  const unseen = whyUnseen(rotator);
  // Those may be of other rotators.
  const { profile, region } = options;
  const ofOther = (words: string) => nextCommand(words, { profile, region });
  const renewals = sharers.map((user) =>
    commandFor(user, 'renew CREDENTIAL --force', rotator, options),
  );
  const steps = [
    // First: without it, they could not replace the tokens that Adobe support ends.
    `give the new client secret to whoever else used the leaked one, which Adobe refuses${isTokenOnly ? ' once it is gone' : ''}. Other credentials of rotators that have the same client are not known here: for each, ${ofOther('put-credential OTHER FILE')}; then: ${ofOther('leaked OTHER --token')}; FILE is the value of OTHER with the client secrets that ${names.client} holds now. A forgotten one looks healthy until its next renewal; this shows it at once: ${ofOther('doctor OTHER --mint')}`,
    ...sharers.map(
      (user) =>
        `the credential ${user.credential} of the rotator ${user.rotator} uses the same client secret, so that its tokens have leaked too: in a terminal, because it may ask, ${commandFor(user, 'leaked CREDENTIAL --token', rotator, options)}`,
    ),
    ...(unseen === undefined
      ? []
      : [
          `it is not known whether others use ${client.name}: ${unseen}. If one of them is a rotator that uses this client secret, its tokens have leaked too.`,
        ]),
    ...mintedWith(answer, clientId, earlierClients, renewals),
  ];
  if (!isTokenOnly) return steps.map(capitalised);
  const when =
    'If the stored client secret has replaced one that has leaked, and this is not done yet';
  return steps.map((step) => `${when}: ${step}`);
}

/** @param clientIds of which the leaked client secret may be */
function mintedWith(
  answer: Answer,
  own: string,
  clientIds: readonly string[],
  renewals: readonly string[],
): readonly string[] {
  const are = 'are not known here, and last up to a day';
  const others = clientIds.filter((id) => id !== own);
  const shown = someOf(others.map(showClientId), 5, ' and of the client ');
  const ofOwn = others.length === 0 ? '' : `, if it is of the client ${showClientId(own)},`;
  return [
    ...(clientIds.includes(own)
      ? [
          `tokens that somebody minted with the leaked secret${ofOwn} ${are}: ${invalidatingAll(answer, own, renewals)}`,
        ]
      : []),
    ...(others.length === 0
      ? []
      : [
          `tokens that somebody minted with the leaked secret, if it is of the client ${shown}, ${are}: have Adobe support invalidate all tokens of that client; ${replacingGoodOfOther(answer)}`,
        ]),
  ];
}

function capitalised(text: string): string {
  return text.slice(0, 1).toUpperCase() + text.slice(1);
}

/** The work that the credential's earlier values leave to people. */
function ofEarlier(answer: Answer, { lateUntil, ofOthers }: Told): readonly string[] {
  const { tokenOnly, session } = answer;
  return [
    ...othersInWords(ofOthers).map(
      (text) =>
        `If they have leaked too, have Adobe support invalidate them (${replacingGoodOfOther(answer)}): ${text}`,
    ),
    ...(lateUntil !== undefined && lateUntil > session.now()
      ? [
          `Without the wait, a run of the function that began before may still store a token of the leaked client secret, until ${formatInstant(lateUntil)}. After that: ${tokenOnly}`,
        ]
      : []),
  ];
}

/** The function is named only where its rotator's name is not enough. */
function commandFor(
  { credential, rotator: name, functionName }: User,
  words: string,
  { deployed = [], function: own }: Rotator,
  options: CommonOptions,
): string {
  const { profile, region } = options;
  const isOwn = own.kind === 'deployed' && own.name === functionName;
  const isAmbiguous = deployed.filter((one) => one.name === name).length > 1;
  const found = isOwn ? options : { profile, region };
  const chosen = isAmbiguous ? { function: functionName } : {};
  const command = words.replace('CREDENTIAL', credential);
  return nextCommand(command, { ...found, rotator: name, ...chosen });
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
