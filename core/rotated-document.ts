import type { AddedSecret } from './console-secrets.ts';
import type { UnderstoodCredential } from './credential.ts';
import { mostStoredSecrets } from './credential-schema.ts';
import { type ClientSecretEntry, documentedForm } from './documented-form.ts';
import { type EpochSeconds, formatInstant } from './instant.ts';
import type { Sensitive } from './sensitive.ts';

/** A client secret that was added, and the one whose place it takes. */
export interface Successor {
  readonly added: AddedSecret;
  /** The secret that IMS accepted last, counted from 1. */
  readonly position: number;
  /** Its uuid, as far as it is known. */
  readonly uuid: string | undefined;
  /** The uuids of all secrets at Adobe. */
  readonly uuids: ReadonlySet<string>;
  readonly now: EpochSeconds;
}

/**
 * The credential with a new client secret, and behind it the one that was in use. Secrets that were
 * retired before are left out, unless it was one of them that was in use. Those that are gone at Adobe
 * count as retired, so that they do not pile up.
 */
export function rotatedDocument(
  { credential, ownScopes, product, entries }: UnderstoodCredential,
  { added, position, uuid, uuids, now }: Successor,
): Sensitive {
  const inUse = entries[position - 1];
  const retiredAt = formatInstant(now);
  const fresh: ClientSecretEntry = {
    secret: added.secret,
    uuid: added.uuid,
    createdAt: formatInstant(added.createdAt),
  };
  const isGone = (entry: ClientSecretEntry): boolean =>
    entry.uuid !== undefined && !uuids.has(entry.uuid);
  const others = keptWith(entries, position);
  const all = [
    fresh,
    ...(inUse === undefined ? [] : [{ ...inUse, uuid, retiredAt }]),
    ...others.filter((entry) => !isGone(entry)),
    ...others.filter(isGone).map((entry) => ({ ...entry, retiredAt })),
  ];
  return documentedForm({ ...credential, scopes: ownScopes }, all, product);
}

/**
 * True if another client secret fits into the credential. One with too many is none.
 *
 * @param position of the secret in use, counted from 1
 */
export function hasRoomFor({ entries }: UnderstoodCredential, position: number): boolean {
  return keptWith(entries, position).length + 2 <= mostStoredSecrets;
}

function keptWith(
  entries: readonly ClientSecretEntry[],
  position: number,
): readonly ClientSecretEntry[] {
  return entries.filter(
    ({ retiredAt }, index) => index !== position - 1 && retiredAt === undefined,
  );
}

/**
 * True if the pending credential is the current one with a new client secret before the others. A
 * credential that was stored meanwhile must not be undone.
 */
export function isSuccessorOf(
  pending: UnderstoodCredential,
  current: UnderstoodCredential,
): boolean {
  if (contentOf(pending) !== contentOf(current)) return false;
  const [, ...others] = valuesOf(pending.entries);
  const known = valuesOf(current.entries);
  const needed = valuesOf(current.entries.filter(({ retiredAt }) => retiredAt === undefined));
  return (
    others.every((value) => known.includes(value)) &&
    needed.every((value) => others.includes(value))
  );
}

/** True if one of the credential's client secrets is this one. */
export function holdsSecret(
  { entries }: UnderstoodCredential,
  { secret }: ClientSecretEntry,
): boolean {
  return valuesOf(entries).includes(secret.reveal());
}

function valuesOf(entries: readonly ClientSecretEntry[]): readonly string[] {
  return entries.map(({ secret }) => secret.reveal());
}

function contentOf({ credential }: UnderstoodCredential): string {
  const { clientId, scopes, orgId, imsHost, credentialId, consoleOrgId } = credential;
  const parts = [clientId, scopes.toSorted(), orgId, imsHost, credentialId, consoleOrgId];
  return JSON.stringify(parts.map((part) => part ?? null));
}
