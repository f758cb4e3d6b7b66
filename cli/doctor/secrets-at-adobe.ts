import {
  existedAt,
  isGraceOver,
  isStuck,
  readRotationState,
  unnotedRetirement,
} from '../../core/client-secret-rotation.ts';
import type { ListedSecret } from '../../core/console-secrets.ts';
import type { ClientSecretEntry } from '../../core/documented-form.ts';
import { parseInstant } from '../../core/instant.ts';
import { judgeRetired } from '../../core/retired-secret.ts';
import type { Secret } from '../aws/secret.ts';
import type { ClientVersion } from '../leak/answer.ts';
import { entriesOf, isNotedByProgram, uuidsOf } from '../leak/noted-uuid.ts';
import { unreadableOf } from '../leak/unreadable.ts';
import { describeSecret } from '../view/listed-secret.ts';
import { nextCommand } from '../view/next-command.ts';
import { someOf } from '../view/some-of.ts';
import { showVersion } from '../view/version-id.ts';
import { type Finding, failed, ok, unknown } from './check.ts';
import type { Subject } from './subject.ts';

const deletion =
  'if nobody uses it, nor any other credential, delete it in the Developer Console: a rotation, or an answer to a leak, needs room for a second one';

const comparing = `compare the stored value with those in the Developer Console; as for the other one, ${deletion}`;

const findingRetired = `find it in the Developer Console by its value, which has retired_at beside it; ${deletion}`;

/** The client secrets at Adobe, and those that are stored. */
interface Seen {
  readonly listed: readonly ListedSecret[];
  readonly stored: readonly ClientVersion[];
  /** The place of the client secret that IMS accepted, from 1. */
  readonly position: number;
}

/** Compares them. A uuid that a person has noted may be that of another one. */
export function listedFinding(
  { listed, stored, position }: Seen,
  { tags, rotation, rotatedAt }: Secret,
  { name, session }: Pick<Subject, 'name' | 'session'>,
): Finding {
  const now = session.now();
  const version = stored.find(({ labels }) => labels.includes('AWSCURRENT'));
  const current = version?.found?.entries ?? [];
  const accepted = current[position - 1];
  // Those behind it were not tried.
  const untried = current.slice(position).filter(({ retiredAt }) => retiredAt === undefined);
  if (accepted?.retiredAt !== undefined && untried.length === 0) {
    return failed(
      'IMS accepts only a client secret that is retired, and no other that is stored',
      listed.length === 1 && rotation !== undefined
        ? nextCommand(`rotate-client-secret ${name}`, session.options)
        : `compare the stored value with those in the Developer Console, and store it with one that works first: ${nextCommand(`put-credential ${name} FILE`, session.options)}`,
    );
  }
  const known = uuidsOf(stored);
  // The only one is what IMS has just accepted, whatever is noted.
  const strangers = listed.length === 1 ? [] : listed.filter(({ uuid }) => !known.has(uuid));
  const unnoted = current.filter((entry) => mayBeAny(entry, listed, { stored, strangers })).length;
  const unreadable = unreadableOf(stored);
  if (strangers.length > unnoted && unreadable.length === 0) {
    const which = someOf(strangers.map(describeSecret), 5, ' and ');
    if (unnoted === 0) return failed(`${which} is not stored here`, deletion);
    return failed(`${which} are there, of which not all are stored here`, comparing);
  }
  const state = readRotationState(tags);
  if (state.kind === 'retired' && isStoredAgain(accepted, state.uuid, stored)) {
    return failed(
      `${state.uuid}, which was replaced, is stored again`,
      `${listed.length === 1 ? '' : `${comparing}; then: `}${nextCommand(`rotate-client-secret ${name}`, session.options)}`,
    );
  }
  if (state.kind === 'retired' && isStuck(state, now)) {
    const times = { now, storedAt: version?.createdAt, rotatedAt };
    const removal = judgeRetired(state, listed, { entries: current, accepted }, times);
    if (removal.kind !== 'gone' && !isGraceOver(state, now)) {
      return unknown(
        `${state.uuid} is retired: a renewal could not delete it, and another tries a day after that`,
        'see the log for why',
      );
    }
    if (removal.kind !== 'gone') {
      const why = removal.kind === 'wait' ? `: ${removal.why}` : '';
      return failed(
        `${state.uuid} is retired, and stays${why}`,
        `have whoever uses it use the stored one; then ${findingRetired}`,
      );
    }
  }
  if (listed.length === 1) return ok('1 client secret, stored here');
  if (strangers.length > 0 && unreadable.length > 0) {
    const which = someOf(strangers.map(describeSecret), 5, ' and ');
    const versions = someOf(unreadable.map(showVersion), 5, ' and ');
    return unknown(
      `${which} may be stored here, in a version that could not be decrypted: ${versions}`,
      'use a principal that may use the KMS keys of all versions',
    );
  }
  if (strangers.length > 0) {
    const which = someOf(strangers.map(describeSecret), 5, ' and ');
    return unknown(
      `whether these are stored here is not known, because the stored value does not note their uuids, or notes others: ${which}`,
    );
  }
  const noted = { listed, stored, version, strangers, isUnsure: unnoted > 0 };
  return laterFinding(noted, { tags, rotation });
}

interface Noted extends Pick<Seen, 'listed' | 'stored'> {
  /** The current one. */
  readonly version: ClientVersion | undefined;
  readonly strangers: readonly ListedSecret[];
  /** A stored client secret may be any of them. */
  readonly isUnsure: boolean;
}

/** All of them are noted. Some may be in use no more. */
function laterFinding(
  { listed, stored, version, strangers, isUnsure }: Noted,
  { tags, rotation }: Pick<Secret, 'tags' | 'rotation'>,
): Finding {
  const state = readRotationState(tags);
  const inUse = stored.filter(({ labels }) => labels.some((label) => label !== 'AWSPREVIOUS'));
  const values = new Set(entriesOf(inUse).map(({ secret }) => secret.reveal()));
  // An earlier version may note the uuid of a secret that is stored without it now.
  const uuidsInUse = new Set(
    entriesOf(stored).flatMap(({ uuid, secret }) => (values.has(secret.reveal()) ? uuid : [])),
  );
  const isRetired = ({ uuid }: ListedSecret): boolean =>
    state.kind === 'retired' && state.uuid === uuid;
  const [earlier] = listed.filter(
    (one) => !strangers.includes(one) && !uuidsInUse.has(one.uuid) && !isRetired(one),
  );
  if (earlier !== undefined) {
    return unknown(
      `${describeSecret(earlier)} is ${isUnsure ? 'perhaps ' : ''}only in an earlier version, and still valid`,
      isUnsure ? comparing : deletion,
    );
  }
  if (listed.some(isRetired) && rotation === undefined) {
    const text =
      'one is retired, and the rotation is switched off, so that the function does not delete it';
    return unknown(
      `${listed.length} client secrets, all stored here, of which ${text}`,
      findingRetired,
    );
  }
  const forgotten = forgottenOf(listed, version, tags);
  if (forgotten !== undefined) {
    const text = `${describeSecret(forgotten)} is noted as retired, and the function does not delete it`;
    return rotation === undefined ? unknown(text, comparing) : failed(text, comparing);
  }
  const held = new Set(entriesOf(stored).map(({ secret }) => secret.reveal())).size;
  if (held < listed.length) {
    const text = `${listed.length} client secrets, of which only ${held} can be stored here, whatever uuids are noted`;
    return unknown(text, comparing);
  }
  return ok(`${listed.length} client secrets, all stored here`);
}

/** A retired client secret that is still at Adobe, or another one under its uuid, and that no tag names any more. */
function forgottenOf(
  listed: readonly ListedSecret[],
  version: ClientVersion | undefined,
  tags: Secret['tags'],
): ListedSecret | undefined {
  const entries = version?.found?.entries ?? [];
  if (version === undefined || readRotationState(tags).kind === 'retired') return undefined;
  // The next renewal notes this one in the tag.
  const noted = unnotedRetirement(entries, tags, version.id);
  const inUse = new Set(
    entries.flatMap(({ uuid, retiredAt }) => (retiredAt === undefined && uuid ? [uuid] : [])),
  );
  const retired = new Set(entries.flatMap(({ uuid, retiredAt }) => (retiredAt && uuid) || []));
  return listed.find(({ uuid }) => retired.has(uuid) && !inUse.has(uuid) && uuid !== noted);
}

/** True for a stored client secret that may be any of those at Adobe: a person may have mistaken its uuid. */
function mayBeAny(
  entry: ClientSecretEntry,
  listed: readonly ListedSecret[],
  { stored, strangers }: Pick<Seen, 'stored'> & { readonly strangers: readonly ListedSecret[] },
): boolean {
  const { uuid, createdAt, retiredAt } = entry;
  if (uuid === undefined) return true;
  if (retiredAt === undefined) return !isNotedByProgram(entry, stored, listed);
  // Without Adobe's date, a rotation has taken the only one at Adobe for it.
  const at = parseInstant(retiredAt);
  return createdAt === undefined && strangers.some((one) => existedAt(one, at));
}

/** True if a person has gone back to the client secret that was retired, with its uuid or without. */
function isStoredAgain(
  accepted: ClientSecretEntry | undefined,
  retired: string,
  stored: readonly ClientVersion[],
): boolean {
  const value = accepted?.secret.reveal();
  return entriesOf(stored).some(
    ({ uuid, secret }) => uuid === retired && secret.reveal() === value,
  );
}
