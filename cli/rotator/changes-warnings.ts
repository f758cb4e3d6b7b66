import { isDeepStrictEqual } from 'node:util';
import type { ScopeSettings, UnderstoodCredential } from '../../core/credential.ts';
import { showNames } from '../../core/field-names.ts';
import type { Secret } from '../aws/secret.ts';
import { CliError } from '../errors.ts';
import type { StoredValue } from './lost-fields.ts';
import { understood } from './understood.ts';

/**
 * Says what the new value changes beside the client secret, which is all that a person may have meant to
 * replace: the file may be older, or from another credential of the same client. Nothing of another client.
 */
export function changesWarnings(
  secret: Secret,
  stored: StoredValue,
  settings: ScopeSettings,
  file: UnderstoodCredential,
): readonly string[] {
  if (stored === undefined || stored instanceof CliError) return [];
  const before = understood(stored.text.reveal(), settings);
  if (before?.credential.clientId !== file.credential.clientId) return [];
  return [
    ...scopesWarnings(secret, before, file),
    ...hostWarnings(secret, before, file),
    ...idsWarnings(secret, before, file),
    ...uuidWarnings(secret, before, file),
  ];
}

function scopesWarnings(
  { name }: Secret,
  before: UnderstoodCredential,
  after: UnderstoodCredential,
): readonly string[] {
  const { scopes } = before.credential;
  if (isDeepStrictEqual(new Set(scopes), new Set(after.credential.scopes))) return [];
  return [
    `the tokens get the scopes ${showNames(after.credential.scopes)}, and not ${showNames(scopes)} as with what ${name} holds: to replace only the client secret, change only that in its value, and take off its uuid`,
  ];
}

function hostWarnings(
  { name }: Secret,
  before: UnderstoodCredential,
  after: UnderstoodCredential,
): readonly string[] {
  const { imsHost } = after.credential;
  if (imsHost === before.credential.imsHost) return [];
  return [
    `the client secret will be sent to ${imsHost}, where the tokens are minted, and not to ${before.credential.imsHost} as with what ${name} holds`,
  ];
}

/** With rotation, the warning of its next failure names two of them. */
function idsWarnings(
  { name, rotation }: Secret,
  { credential: before }: UnderstoodCredential,
  { credential: after }: UnderstoodCredential,
): readonly string[] {
  const ofConsole = rotation === undefined ? (['credentialId', 'consoleOrgId'] as const) : [];
  const lost = (['orgId', ...ofConsole] as const).filter(
    (id) => before[id] !== undefined && after[id] === undefined,
  );
  if (lost.length === 0) return [];
  const names = { orgId: 'org_id', credentialId: 'credential_id', consoleOrgId: 'console_org_id' };
  const why = lost.some((id) => id !== 'orgId')
    ? ', without which leaked and rotate-client-secret cannot replace the client secret at Adobe'
    : '';
  return [
    `the new value lacks what ${name} holds: ${showNames(lost.map((id) => names[id]))}${why}`,
  ];
}

/** Commands delete at Adobe what a uuid names. */
function uuidWarnings(
  { name }: Secret,
  before: UnderstoodCredential,
  after: UnderstoodCredential,
): readonly string[] {
  const renamed = after.entries.flatMap(({ uuid, secret }) => {
    const noted = before.entries.find((one) => one.secret.reveal() === secret.reveal())?.uuid;
    const isOther = uuid !== undefined && noted !== undefined && noted !== uuid;
    return isOther
      ? [
          `${name} notes the uuid ${noted} for the client secret for which the new value notes ${uuid}: one of them is wrong`,
        ]
      : [];
  });
  const wrong = after.entries.flatMap(({ uuid, secret }) => {
    const noted = before.entries.find((one) => uuid !== undefined && one.uuid === uuid);
    const isOther = noted !== undefined && noted.secret.reveal() !== secret.reveal();
    return isOther ? [uuid] : [];
  });
  const ofAnother = wrong.map(
    (uuid) =>
      `the uuid ${uuid} is noted for another client secret in ${name}: one of the two is wrong; if it is left over from the earlier one, give the new one its own, or none`,
  );
  return [...renamed, ...ofAnother];
}
