import type {
  CredentialDetail,
  Known,
  Readers,
  SecretDetail,
  TokenVersion,
} from '../../console/messages.ts';
import { fingerprint } from '../../core/token-tags.ts';
import type { Secret } from '../aws/secret.ts';
import type { StoredVersion } from '../aws/version-list.ts';
import { CliError } from '../errors.ts';
import { assertPresent } from '../rotator/absence.ts';
import { namesOf, whyClientUnknown } from '../rotator/rotator.ts';
import type { Session } from '../session.ts';
import { printable } from '../view/printable.ts';
import type { FleetFeed } from './fleet-feed.ts';
import { type Histories, latestFirst, tokenVersion } from './histories.ts';
import type { PastSearches } from './past-searches.ts';
import type { ReaderSearches } from './reader-searches.ts';
import { known } from './unknown.ts';

export interface Sources {
  readonly session: Session;
  readonly fleet: FleetFeed;
  readonly histories: Histories;
  readonly readers: ReaderSearches;
  readonly past: PastSearches;
}

/**
 * A credential's secrets and their histories.
 *
 * @throws CliError ERR_CREDENTIAL_NOT_FOUND
 */
export async function credentialDetail(
  { session, fleet, histories }: Sources,
  name: string,
): Promise<CredentialDetail> {
  const names = namesOf(fleet.rotator, name);
  const listed = fleet.find(name);
  const why = whyClientUnknown(fleet.rotator);
  /** Where nobody knows which secret it is, none is shown. */
  const ofClient = async <T>(ask: () => Promise<T>): Promise<Known<T>> =>
    await known(() => (why === undefined ? ask() : Promise.reject(why)));
  const [token, client] = await Promise.all([
    known(() => look(session, names.token, listed?.tokenSecret)),
    ofClient(() => look(session, names.client, listed?.clientSecret)),
  ]);
  if (listed === undefined && isAbsent(token) && (why !== undefined || isAbsent(client))) {
    assertPresent(session, names.token, undefined, 'choose one of the fleet');
  }
  const [history, clientHistory] = await Promise.all([
    known(() => histories.of(names.token, listed?.tokenSecret)),
    ofClient(() => histories.of(names.client, listed?.clientSecret)),
  ]);
  const minted = clientVersions(session, { token, client, clientHistory });
  const now = session.now();
  return {
    name,
    tokenSecret: changed(token, detailOf),
    clientSecret: changed(client, detailOf),
    history: changed(history, (versions) =>
      latestFirst(
        versions.map((version): TokenVersion => {
          const decoded = tokenVersion(version, now);
          return { ...decoded, clientVersion: minted.get(decoded.fingerprint ?? '') };
        }),
      ),
    ),
    clientHistory: changed(clientHistory, latestFirst),
  };
}

/**
 * Who has read a token, and when last.
 *
 * @param isGone true if nobody waits for the answer any more
 */
export async function readersOf(
  { session, fleet, readers }: Sources,
  name: string,
  isGone: () => boolean,
): Promise<Readers> {
  const { token } = namesOf(fleet.rotator, name);
  return await known(async () => {
    const { arn } = await look(session, token, fleet.find(name)?.tokenSecret);
    return await readers.of({ name: token, arn }, isGone);
  });
}

/** A secret as it is now or, without the right to describe it, as of the last list. */
async function look(
  { secrets }: Session,
  secretId: string,
  listed: Secret | undefined,
): Promise<Secret> {
  try {
    const secret = await secrets.describe(secretId);
    if (secret !== undefined) return secret;
  } catch (error) {
    const isDenied = error instanceof CliError && error.code === 'ERR_AWS_DENIED';
    if (listed === undefined || !isDenied) throw error;
    return listed;
  }
  throw new CliError('ERR_CREDENTIAL_NOT_FOUND', `there is no secret ${secretId}`);
}

function isAbsent(secret: Known<Secret>): boolean {
  return 'unknown' in secret && secret.unknown.code === 'ERR_CREDENTIAL_NOT_FOUND';
}

/** The versions of the client secret, by the fingerprint of a token that is minted from each. */
function clientVersions(
  { digest }: Session,
  {
    token,
    client,
    clientHistory,
  }: {
    readonly token: Known<Secret>;
    readonly client: Known<Secret>;
    readonly clientHistory: Known<readonly StoredVersion[]>;
  },
): ReadonlyMap<string, string> {
  if ('unknown' in token || 'unknown' in client || 'unknown' in clientHistory) return new Map();
  const { tags } = token.known;
  const { arn } = client.known;
  return new Map(clientHistory.known.map(({ id }) => [fingerprint(digest, arn, id, tags), id]));
}

function changed<From, To>(from: Known<From>, change: (value: From) => To): Known<To> {
  return 'unknown' in from ? from : { known: change(from.known) };
}

function detailOf(secret: Secret): SecretDetail {
  const { name, arn, description, changedAt, readOn, keyId, rotation, rotatedAt, deletedAt } =
    secret;
  const tags = Object.entries(secret.tags).map(([key, value = '']) => [printable(key), value]);
  return {
    name,
    arn,
    description,
    changedAt,
    readOn,
    keyId,
    rotation,
    rotatedAt,
    deletedAt,
    tags: Object.fromEntries(tags),
  };
}
