import type { ClientCredential } from '../../core/credential.ts';
import { showClientId } from '../../core/field-names.ts';
import { type EpochSeconds, epochSeconds } from '../../core/instant.ts';
import type { CommonOptions } from '../common-options.ts';
import { CliError } from '../errors.ts';
import { nextCommand } from '../view/next-command.ts';
import { someOf } from '../view/some-of.ts';
import type { Answer, ClientVersion } from './answer.ts';
import type { Unreadable } from './note-end.ts';

const mostNamed = 5;

/** The advice on versions that could not be decrypted. */
export function unreadInWords(
  { name, names, session: { options } }: Pick<Answer, 'name' | 'names' | 'session'>,
  clientId: string,
  { client, token }: Unreadable,
): readonly string[] {
  const shown = showClientId(clientId);
  const ofClient = `what is stored there may be valid: look at the client secrets of ${shown} in the Adobe Developer Console, and delete those that no credential uses`;
  const ofToken = `the tokens there may be valid: ${invalidatingAll(name, clientId, options)}`;
  return [
    ...(client.length === 0 ? [] : [`${which(client, names.client, 'decrypted')}: ${ofClient}`]),
    ...(token.length === 0
      ? []
      : [
          `${which(token, names.token, 'decrypted, or holds no token in a form that is known')}: ${ofToken}`,
        ]),
  ];
}

function invalidatingAll(name: string, clientId: string, options: CommonOptions): string {
  return `have Adobe support invalidate all tokens of the client ${showClientId(clientId)}, and then replace the stored one: ${nextCommand(`renew ${name} --force`, options)}`;
}

/** @throws CliError ERR_LEAK_UNPROVEN if nothing in the version that has leaked is known as a token */
export function assertRecognised(
  { name, names, steps, session: { options } }: Answer,
  unrecognised: readonly string[],
  leaked: string,
  { clientId }: ClientCredential,
): void {
  if (!unrecognised.includes(leaked)) return;
  steps.state = 'the token is replaced, and the earlier ones that are known are useless';
  throw new CliError(
    'ERR_LEAK_UNPROVEN',
    `version ${leaked} of ${names.token}, which was the current one, holds no token in a form that is known, and what it holds may be valid`,
    invalidatingAll(name, clientId, options),
    // Going on would take the new token for the leaked one.
    { isFixWhole: true },
  );
}

function which(versions: readonly string[], secret: string, done: string): string {
  const are = versions.length === 1 ? 'Version' : 'Versions';
  return `${are} ${someOf(versions, mostNamed, ' and ')} of ${secret} could not be ${done}`;
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
