import type { ClientCredential } from '../../core/credential.ts';
import { showClientId } from '../../core/field-names.ts';
import { type EpochSeconds, epochSeconds } from '../../core/instant.ts';
import { CliError } from '../errors.ts';
import { someOf } from '../view/some-of.ts';
import { showVersion } from '../view/version-id.ts';
import { invalidatingAll } from './all-invalidated.ts';
import type { Answer, ClientVersion } from './answer.ts';
import type { Unreadable } from './note-end.ts';

const mostNamed = 5;

/** The advice on versions of which nobody knows what they hold. */
export function unreadInWords(
  answer: Answer,
  clientId: string,
  { client, token }: Unreadable,
): readonly string[] {
  const { names } = answer;
  const ofToken = `the tokens there may be valid: ${invalidatingAll(answer, clientId)}`;
  return [
    ...notUnderstood(answer, [clientId], client),
    ...(token.length === 0
      ? []
      : [`${which(token, names.token)}, or may hold a token that was not recognised: ${ofToken}`]),
  ];
}

/** @throws CliError ERR_LEAK_UNPROVEN if the version that has leaked may hold a token that is not known */
export function assertRecognised(
  answer: Answer,
  unrecognised: readonly string[],
  leaked: string,
  { clientId }: ClientCredential,
): void {
  if (!unrecognised.includes(leaked)) return;
  const { names, steps } = answer;
  steps.state = 'the token is replaced, and the earlier ones that are known are useless';
  throw new CliError(
    'ERR_LEAK_UNPROVEN',
    `version ${showVersion(leaked)} of ${names.token}, which was the current one, may hold a valid token that was not recognised`,
    invalidatingAll(answer, clientId),
    // Going on would take the new token for the leaked one.
    { isFixWhole: true },
  );
}

/** The advice on versions that may hold a client secret which nobody can ask about. */
export function notUnderstood(
  { names }: Answer,
  clientIds: readonly string[],
  unread: readonly string[],
): readonly string[] {
  if (unread.length === 0) return [];
  return [
    `${which(unread, names.client)}, or may hold a client secret that was not recognised, which may be valid: ${lookingAt(clientIds)}; the same for any other client that was ever stored there`,
  ];
}

export function lookingAt(clientIds: readonly string[]): string {
  const shown = someOf(clientIds.map(showClientId), mostNamed, ' and ');
  return `look at the client secrets of ${shown} in the Adobe Developer Console, and delete those that have leaked, or that nobody uses`;
}

function which(versions: readonly string[], secret: string): string {
  const are = versions.length === 1 ? 'Version' : 'Versions';
  return `${are} ${someOf(versions.map(showVersion), mostNamed, ' and ')} of ${secret} could not be decrypted`;
}

/** The ids of those that could not be decrypted. */
export function unreadableOf(versions: readonly ClientVersion[]): readonly string[] {
  return versions.filter(({ unreadable }) => unreadable !== undefined).map(({ id }) => id);
}

/** When the first version was stored that could not be decrypted; undefined if there is none. */
export function firstUnreadable(versions: readonly ClientVersion[]): EpochSeconds | undefined {
  const first = versions.findLast(({ unreadable }) => unreadable !== undefined);
  return first && (first.createdAt ?? epochSeconds(0));
}
