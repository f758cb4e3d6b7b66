import { defaultPrefix, standardPrefix } from '../../core/contract.ts';
import { isReplica } from '../../core/ledger.ts';
import { parseSecretName } from '../../core/secret-name.ts';
import type { Session } from '../session.ts';
import { nextCommand } from '../view/next-command.ts';
import { importersOf, type Rotator, unreadableFunctions } from './rotator.ts';

/** Secrets of a rotator that has no function, so that nothing renews its tokens. */
export interface AbandonedRotator {
  readonly name: string;
  readonly prefix: string;
  readonly credentials: readonly string[];
}

// ListSecrets accepts ten filters, one of which is the standard prefix.
const mostExcluded = 9;

/**
 * The rotators under the standard prefix that no function works for: the stack was deleted, or its
 * name, `rotatorName` or `prefix` was changed. Undefined if functions could not be listed.
 */
export async function abandonedRotators(
  { secrets }: Session,
  rotator: Rotator,
): Promise<readonly AbandonedRotator[] | undefined> {
  const { deployed, region } = rotator;
  if (deployed === undefined) return undefined;
  const prefixes = deployed.map(({ prefix }) => prefix);
  const found = new Map<string, Set<string>>();
  const others = prefixes.slice(0, mostExcluded).map((prefix) => `!${prefix}/`);
  for await (const page of secrets.list(`${standardPrefix}/`, ...others)) {
    for (const secret of page) {
      const [, name = ''] = secret.name.split('/');
      const parsed = parseSecretName(defaultPrefix(name), secret.name);
      const isUsed =
        prefixes.some((prefix) => parseSecretName(prefix, secret.name) !== undefined) ||
        importersOf(rotator, secret.arn).length > 0;
      if (parsed === undefined || isUsed || isReplica(secret, region)) continue;
      found.set(name, (found.get(name) ?? new Set()).add(parsed.credential));
    }
  }
  return [...found].map(([name, credentials]) => ({
    name,
    prefix: defaultPrefix(name),
    credentials: [...credentials],
  }));
}

/** An abandoned rotator in words, and what to do about it. */
export function explainAbandoned(
  { options }: Pick<Session, 'options'>,
  { name, prefix, credentials }: AbandonedRotator,
  { unreadable }: Pick<Rotator, 'unreadable'>,
): { readonly words: string; readonly fix: string } {
  const unseen = unreadableFunctions(unreadable);
  const count = credentials.length;
  const what = count === 1 ? '1 credential' : `${count} credentials`;
  // Only a stated prefix is believed while some functions cannot be looked at.
  const which = unseen === undefined ? { rotator: name } : { prefix };
  const { profile, region } = options;
  const offboard = nextCommand(`offboard ${credentials[0]}`, { ...which, profile, region });
  return {
    words:
      `${prefix}/ has ${what}, but no function renews ${count === 1 ? 'its token' : 'their tokens'}` +
      (unseen === undefined ? '' : `, as far as can be seen: ${unseen}`),
    fix:
      `give a stack this name or prefix again (see "Abandoned rotators" in docs/runbook.md), or, if ` +
      `nobody reads them: ${offboard}`,
  };
}
