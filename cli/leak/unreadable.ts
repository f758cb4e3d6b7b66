import { showClientId } from '../../core/field-names.ts';
import { type EpochSeconds, epochSeconds } from '../../core/instant.ts';
import { someOf } from '../view/some-of.ts';
import { invalidatingAll } from './all-invalidated.ts';
import type { Answer, ClientVersion } from './answer.ts';
import type { Unreadable } from './note-end.ts';

const mostNamed = 5;

/** The advice on versions that could not be decrypted. */
export function unreadInWords(
  answer: Answer,
  clientId: string,
  { client, token }: Unreadable,
): readonly string[] {
  const { names } = answer;
  const shown = showClientId(clientId);
  const ofClient = `what is stored there may be valid: look at the client secrets of ${shown} in the Adobe Developer Console, and delete those that no credential uses`;
  const ofToken = `the tokens there may be valid: ${invalidatingAll(answer, clientId)}`;
  return [
    ...(client.length === 0 ? [] : [`${which(client, names.client)}: ${ofClient}`]),
    ...(token.length === 0 ? [] : [`${which(token, names.token)}: ${ofToken}`]),
  ];
}

function which(versions: readonly string[], secret: string): string {
  const are = versions.length === 1 ? 'Version' : 'Versions';
  return `${are} ${someOf(versions, mostNamed, ' and ')} of ${secret} could not be decrypted`;
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
