import {
  mostClientSecrets,
  readRotationState,
  retirementGrace,
} from '../../core/client-secret-rotation.ts';
import type { ListedSecret } from '../../core/console-secrets.ts';
import { tagKeys } from '../../core/contract.ts';
import type { ClientSecretEntry } from '../../core/documented-form.ts';
import { epochSeconds } from '../../core/instant.ts';
import { answerNoted } from '../../core/open-answer.ts';
import { revealAll, Sensitive } from '../../core/sensitive.ts';
import type { Tags } from '../../core/token-tags.ts';
import { isUnknownSecret } from '../adobe/failure.ts';
import type { OwnSecrets } from '../adobe/own-secrets.ts';
import { CliError } from '../errors.ts';
import { formatDuration, hour } from '../view/durations.ts';
import { nextCommand } from '../view/next-command.ts';
import type { Answer, ClientVersion, UsableVersion } from './answer.ts';
import { findRoom, storedAgain, storedByAnswer } from './find-room.ts';
import { firstStored } from './first-stored.ts';
import { isAccepted } from './is-accepted.ts';
import { entriesOf, isNotedByProgram, uuidsOf } from './noted-uuid.ts';
import { openOwn } from './open-secrets.ts';
import { type BeforeReplacing, namedBeside, type Room } from './room.ts';
import { checkUnchanged } from './store-replacement.ts';
import { storedLife } from './stored-token.ts';
import { firstUnreadable } from './unreadable.ts';

interface Preflight {
  readonly own: OwnSecrets;
  readonly room: Room;
  /** The uuid of the client secret in use, if it is certain. */
  readonly noted: string | undefined;
}

/** Looks at everything that the steps need, before anything is changed. */
export async function preflight(
  answer: Answer,
  versions: readonly ClientVersion[],
  current: UsableVersion,
  tags: Tags,
): Promise<Preflight> {
  const { steps } = answer;
  const { credential, entries } = current.found;
  const state = readRotationState(tags);
  const { own, before } = await steps.run('list the client secrets at Adobe', async () => {
    const left = await checkLife(answer);
    const own = await openOwn(answer, credential, { state, versions }).catch((error: unknown) => {
      // Somebody has stored the leaked client secret again, after Adobe had deleted it.
      const stored = storedByAnswer(state, current.id, versions);
      const isDead = error instanceof CliError && isUnknownSecret(error.cause);
      throw stored !== undefined && isDead ? storedAgain(answer, current, stored) : error;
    });
    const listed = await own.list();
    const storedUuids = uuidsOf(versions);
    // Whoever may only store a version could name somebody else's secret in it.
    const pending = versions.filter(
      ({ id, labels }) =>
        id !== current.id &&
        !labels.includes('AWSPREVIOUS') &&
        state.kind === 'adding' &&
        state.versionId === id &&
        // A secret that an answer has stored was in use, whatever was stored since.
        (answerNoted(state) === undefined || labels.includes('AWSPENDING')),
    );
    const isAmbiguous =
      listed.length === 2 &&
      entries.length === 2 &&
      entries.every(({ uuid }) => uuid === undefined);
    const accepted = withUuid(entries[own.position - 1], versions, listed);
    const seen: Omit<BeforeReplacing, 'provedUuids'> = {
      ...{ listed, entries, state, storedUuids, accepted },
      acceptedAt: firstStored(accepted && [accepted], versions),
      storedAt: firstStored(entries, versions),
      unreadableSince: firstUnreadable(versions),
      usesToldUntil: epochSeconds(answer.session.now() - retirementGrace),
      areAllAccepted: isAmbiguous && (await areAllAccepted(answer, current)),
      pendingUuids: uuidsOf(pending),
    };
    const stored = { current, pending, versions };
    const before = { ...seen, provedUuids: await provedUuids(answer, stored, seen) };
    // Another answer may have added one of those that Adobe lists.
    await checkUnchanged(answer, { noted: tags[tagKeys.rotation], current: current.id });
    const count = listed.length === 1 ? '1 client secret' : `${listed.length} client secrets`;
    return [`Adobe lists ${count}; ${left}`, { own, before }];
  });
  const room = findRoom(answer, before, current, versions);
  const { accepted } = before;
  const isCertain = accepted !== undefined && isNotedByProgram(accepted, versions, before.listed);
  return { own, room, noted: isCertain ? accepted.uuid : undefined };
}

/** A uuid that is not noted in the current version may be in an earlier one, if no person has noted it there. */
function withUuid(
  entry: ClientSecretEntry | undefined,
  versions: readonly ClientVersion[],
  listed: readonly ListedSecret[],
): ClientSecretEntry | undefined {
  if (entry === undefined || entry.uuid !== undefined) return entry;
  const noted = entriesOf(versions).find(
    (one) =>
      isNotedByProgram(one, versions, listed) && one.secret.reveal() === entry.secret.reveal(),
  );
  return { ...entry, ...noted };
}

/** Until another token is minted, consumers have only the stored one. */
async function checkLife(answer: Answer): Promise<string> {
  const {
    name,
    session: { now, options },
  } = answer;
  const life = await storedLife(answer);
  if (life === undefined) {
    return answer.token.currentVersionId === undefined
      ? 'no token is stored'
      : 'what is stored is no token';
  }
  const left = life.expiresAt - now();
  if (left <= 0) return 'the stored token has expired';
  // IMS may issue tokens of an hour, so that another one would be no better.
  if (left > Math.min(hour, life.lifetime / 2))
    return `the stored token lasts ${formatDuration(left)}`;
  throw new CliError(
    'ERR_TOKEN_EXPIRED',
    `the stored token lasts only ${formatDuration(left)}, and would have to bridge the change`,
    `${nextCommand(`renew ${name} --force`, options)} (if it is paused, find out first who paused it, and why; then: ${nextCommand(`resume ${name}`, options)})`,
  );
}

async function areAllAccepted(answer: Answer, { found }: UsableVersion): Promise<boolean> {
  for (const secret of found.credential.clientSecrets) {
    if (!(await isAccepted(answer, found.credential, secret))) return false;
  }
  return true;
}

// Whoever may store a version could note one uuid with any number of them.
const mostTried = 5;

interface StoredVersions {
  readonly current: UsableVersion;
  readonly pending: readonly ClientVersion[];
  readonly versions: readonly ClientVersion[];
}

/** IMS is asked only where another one may have to go. */
async function provedUuids(
  answer: Answer,
  stored: StoredVersions,
  seen: Omit<BeforeReplacing, 'provedUuids'>,
): Promise<ReadonlySet<string>> {
  const { credential } = stored.current.found;
  const proved = new Set<string>();
  if (seen.listed.length < mostClientSecrets) return proved;
  const own = seen.accepted?.secret.reveal();
  for (const uuid of new Set(namedBeside(seen).map((one) => one.uuid))) {
    const noted = entriesOf(namingIt(stored, uuid)).filter(
      (one) => one.uuid === uuid && one.secret.reveal() !== own,
    );
    const values = new Set(revealAll(noted.map(({ secret }) => secret)));
    for (const value of [...values].slice(0, mostTried)) {
      if (!(await isAccepted(answer, credential, new Sensitive(value)))) continue;
      proved.add(uuid);
      break;
    }
  }
  return proved;
}

/** Those for which it may go. Where the leaked version names it with a dead value, it may not have leaked. */
function namingIt(
  { current, pending, versions }: StoredVersions,
  uuid: string,
): readonly ClientVersion[] {
  const first = [[current], pending].find((some) => uuidsOf(some).has(uuid));
  return first ?? versions;
}
