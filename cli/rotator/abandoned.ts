import { defaultPrefix, standardPrefix } from '../../core/contract.ts';
import { type EpochSeconds, epochSeconds } from '../../core/instant.ts';
import { isReplica } from '../../core/ledger.ts';
import { parseSecretName } from '../../core/secret-name.ts';
import type { Secret } from '../aws/secret.ts';
import type { Session } from '../session.ts';
import { day, formatDuration } from '../view/durations.ts';
import { nextCommand } from '../view/next-command.ts';
import { importersOf, type Rotator, unreadableFunctions } from './rotator.ts';

/** Secrets of a rotator that has no function, so that nothing renews its tokens. */
export interface AbandonedRotator {
  readonly name: string;
  readonly prefix: string;
  readonly credentials: readonly string[];
  /** When its youngest secret was created. */
  readonly createdAt: EpochSeconds | undefined;
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
  const found = new Map<string, AbandonedRotator>();
  const others = prefixes.slice(0, mostExcluded).map((prefix) => `!${prefix}/`);
  for await (const page of secrets.list(`${standardPrefix}/`, ...others)) {
    for (const secret of page) {
      const [, name = ''] = secret.name.split('/');
      const prefix = defaultPrefix(name);
      const parsed = parseSecretName(prefix, secret.name);
      const isUsed =
        prefixes.some((one) => parseSecretName(one, secret.name) !== undefined) ||
        importersOf(rotator, secret.arn).length > 0;
      if (parsed === undefined || isUsed || isReplica(secret, region)) continue;
      const { credentials = [], createdAt } = found.get(name) ?? {};
      found.set(name, {
        name,
        prefix,
        credentials: [...new Set([...credentials, parsed.credential])],
        createdAt: latest([createdAt, secret.createdAt]),
      });
    }
  }
  return [...found.values()];
}

function latest(instants: readonly (EpochSeconds | undefined)[]): EpochSeconds | undefined {
  const known = instants.filter((instant) => instant !== undefined);
  return known.length === 0 ? undefined : epochSeconds(Math.max(...known));
}

/**
 * CloudFormation creates a rotator's secrets before its function, so that new ones may have a
 * function soon. Undefined if all of them are older than a deployment takes.
 */
export function deploymentInWords(
  secrets: readonly Pick<Secret, 'createdAt'>[],
  now: EpochSeconds,
): string | undefined {
  const createdAt = latest(secrets.map((secret) => secret.createdAt));
  if (createdAt === undefined || now - createdAt >= day) return undefined;
  return `created ${formatDuration(now - createdAt)} ago: perhaps its stack is being deployed`;
}

export interface Explained {
  readonly words: string;
  readonly fix: string;
  /** True if its stack may be in deployment. */
  readonly isNew: boolean;
}

/** An abandoned rotator in words, and what to do about it. */
export function explainAbandoned(
  { options, now }: Pick<Session, 'options' | 'now'>,
  abandoned: AbandonedRotator,
  { unreadable }: Pick<Rotator, 'unreadable'>,
): Explained {
  const { name, prefix, credentials } = abandoned;
  const unseen = unreadableFunctions(unreadable);
  const count = credentials.length;
  const what = count === 1 ? '1 credential' : `${count} credentials`;
  // Only a stated prefix is believed while some functions cannot be looked at.
  const which = unseen === undefined ? { rotator: name } : { prefix };
  const { profile, region } = options;
  const offboard = nextCommand(`offboard ${credentials[0]}`, { ...which, profile, region });
  const deployment = deploymentInWords([abandoned], now());
  const nameAgain =
    'give a stack this name or prefix again (see "Abandoned rotators" in docs/runbook.md)';
  return {
    words:
      `${prefix}/ has ${what}, but no function renews ${count === 1 ? 'its token' : 'their tokens'}` +
      (unseen === undefined ? '' : `, as far as can be seen: ${unseen}`) +
      (deployment === undefined ? '' : `; its youngest secret was ${deployment}`),
    fix:
      deployment === undefined
        ? `${nameAgain}, or, if nobody reads them: ${offboard}`
        : `wait until the deployment has ended; if there is none, ${nameAgain}`,
    isNew: deployment !== undefined,
  };
}
