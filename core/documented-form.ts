import { holdsClientSecret } from './contract.ts';
import type { ClientCredential } from './credential.ts';
import type { SecretEntry } from './credential-values.ts';
import { holdsOneOf } from './field-names.ts';
import { Sensitive } from './sensitive.ts';

/** A client secret, and what is noted of it beside its value. */
export interface ClientSecretEntry {
  readonly secret: Sensitive;
  /** The Developer Console's name of it. */
  readonly uuid?: string | undefined;
  /** When the Console created it, as text. */
  readonly createdAt?: string | undefined;
  /** From when on another secret took its place, as text. */
  readonly retiredAt?: string | undefined;
}

/** An id that the Developer Console may give to a client secret. */
export const secretId = /^[\w-]{1,64}$/;

/**
 * Each secret of a file once, with the notes that one of its entries has. It is retired only if all of them
 * say so: whoever stores it again may leave the retired one where it is.
 */
export function distinctEntries(secrets: readonly SecretEntry[]): readonly ClientSecretEntry[] {
  const found = Map.groupBy(secrets, ({ value }) => String(value).trim());
  const values = [...found.keys()];
  return [...found].map(([value, entries]) => {
    const notes: SecretEntry['notes'] = Object.assign({}, ...entries.map((one) => one.notes));
    const isRetired = entries.every((one) => one.notes['retired_at'] !== undefined);
    return {
      secret: new Sensitive(value),
      uuid: uuidIn(notes, values),
      createdAt: notes['created_at'],
      retiredAt: isRetired ? notes['retired_at'] : undefined,
    };
  });
}

/** A uuid gets into a tag and into requests, so that any other text is no note of one. */
function uuidIn(
  { uuid = '' }: SecretEntry['notes'],
  secrets: readonly string[],
): string | undefined {
  const isSecret = holdsClientSecret(uuid) || holdsOneOf(uuid, secrets);
  return secretId.test(uuid) && !isSecret ? uuid : undefined;
}

/**
 * A credential as `put-credential` and the rotation of client secrets store it. Without scopes of its
 * own, it has the product's.
 */
export function documentedForm(
  credential: Omit<ClientCredential, 'clientSecrets'>,
  entries: readonly ClientSecretEntry[],
  product?: unknown,
): Sensitive {
  const { clientId, scopes, orgId, imsHost, credentialId, consoleOrgId } = credential;
  const document = {
    client_id: clientId,
    client_secrets: entries.map(entryOf),
    scopes: scopes.length > 0 ? scopes : undefined,
    product: scopes.length > 0 ? undefined : product,
    org_id: orgId,
    ims_host: imsHost,
    credential_id: credentialId,
    console_org_id: consoleOrgId,
  };
  return new Sensitive(`${JSON.stringify(document, null, 2)}\n`);
}

function entryOf({ secret, uuid, createdAt, retiredAt }: ClientSecretEntry): unknown {
  const notes = { uuid, created_at: createdAt, retired_at: retiredAt };
  const hasNotes = Object.values(notes).some((note) => note !== undefined);
  return hasNotes ? { client_secret: secret.reveal(), ...notes } : secret.reveal();
}
