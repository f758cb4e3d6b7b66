import { holdsClientSecret } from '../../core/contract.ts';
import type { ClientCredential, UnderstoodCredential } from '../../core/credential.ts';
import { revealAll, type Sensitive } from '../../core/sensitive.ts';
import { CliError } from '../errors.ts';
import { understood } from '../rotator/understood.ts';
import { type Answer, type ClientVersion, currentOf } from './answer.ts';
import { mayHoldToken } from './token-words.ts';

/** A client secret that a version holds beside the current one. */
export interface EarlierSecret {
  readonly versionId: string;
  readonly secret: Sensitive;
  readonly uuid: string | undefined;
  /** Its place among several in the version, from 1. */
  readonly position: number | undefined;
  readonly credential: ClientCredential;
  /** It is of the client that is stored now. */
  readonly isOwn: boolean;
}

export interface EarlierSecrets {
  /** Those that the current version does not hold, the latest first. */
  readonly replaced: readonly EarlierSecret[];
  /** Those that it holds, too. */
  readonly kept: readonly EarlierSecret[];
  /** The versions that could not be decrypted, or that nobody understands, or not all of them. */
  readonly unread: readonly string[];
}

/** The client secrets of all versions but the current one, each once. */
export async function readEarlierSecrets(
  answer: Answer,
  versions: readonly ClientVersion[],
): Promise<EarlierSecrets> {
  const current = currentOf(answer, versions);
  const own = current.found.credential;
  const stored = new Set(revealAll(own.clientSecrets));
  const replaced = new Map<string, EarlierSecret>();
  const kept = new Map<string, EarlierSecret>();
  const unread: string[] = [];
  for (const version of versions) {
    if (version.hasMore === true) unread.push(version.id);
    if (version.id === current.id || isBeingAdded(version, current)) continue;
    const found = version.found ?? (await partlyRead(answer, version, own));
    if (found === 'unread') unread.push(version.id);
    else if (found !== undefined) {
      for (const one of secretsOf(version, found, own)) {
        const { clientId, imsHost } = one.credential;
        const value = one.secret.reveal();
        const isKept = one.isOwn && stored.has(value);
        const all = isKept ? kept : replaced;
        const key = JSON.stringify([clientId, isKept || imsHost, value]);
        if (!all.has(key)) all.set(key, one);
      }
    }
  }
  return { replaced: [...replaced.values()], kept: [...kept.values()], unread };
}

/** A rotation that is still under way has replaced nothing yet. */
function isBeingAdded({ labels, createdAt }: ClientVersion, current: ClientVersion): boolean {
  const isPending = labels.includes('AWSPENDING') && !labels.includes('AWSPREVIOUS');
  return isPending && (createdAt ?? 0) >= (current.createdAt ?? 0);
}

function secretsOf(
  { id }: ClientVersion,
  { credential, entries }: UnderstoodCredential,
  own: ClientCredential,
): readonly EarlierSecret[] {
  const isOwn = credential.clientId === own.clientId;
  // The client may have lost a scope since, and IMS would reject that.
  const scopes = isOwn ? own.scopes : credential.scopes;
  return entries.map(({ secret, uuid }, index) => ({
    versionId: id,
    secret,
    uuid,
    position: entries.length === 1 ? undefined : index + 1,
    credential: { ...credential, scopes },
    isOwn,
  }));
}

/**
 * A credential of this client without scopes is one all the same; 'unread' if anything else may hold a
 * client secret, which may be one of another vendor.
 */
async function partlyRead(
  { versions, client, secrets }: Answer,
  version: ClientVersion,
  { clientId, scopes }: ClientCredential,
): Promise<UnderstoodCredential | 'unread' | undefined> {
  const found = await versions.readIfDecrypted(client.arn, version);
  if (found instanceof CliError) return 'unread';
  const text = found?.reveal() ?? '';
  const mayHold = holdsClientSecret(text) || mayHoldToken(text, []);
  const half = understood(text, { scopes });
  secrets.push(...(half?.credential.clientSecrets ?? []));
  if (half?.credential.clientId === clientId) return half;
  return mayHold ? 'unread' : undefined;
}
