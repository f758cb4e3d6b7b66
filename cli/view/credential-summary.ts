import type { ClientCredential, UnderstoodCredential } from '../../core/credential.ts';
import { showClientId } from '../../core/field-names.ts';
import type { Sensitive } from '../../core/sensitive.ts';
import { labelledLines } from './table.ts';

/** A credential without its secrets, as JSON. */
export function credentialJson(credential: ClientCredential) {
  const { clientId, clientSecrets, scopes, orgId, imsHost, credentialId, consoleOrgId } =
    credential;
  return {
    client_id: showClientId(clientId),
    client_secrets: clientSecrets.map(masked),
    scopes: [...scopes],
    org_id: orgId,
    ims_host: imsHost,
    credential_id: credentialId,
    console_org_id: consoleOrgId,
  };
}

/** A credential without its secrets and what else its file says, a field a line. */
export function credentialLines(
  { credential, form, name, unused }: UnderstoodCredential,
  columns: number | undefined,
): readonly string[] {
  const fields = {
    read_as: name === undefined ? form : `${form}, "${name}"`,
    ...credentialJson(credential),
    not_used: unused.length === 0 ? undefined : unused,
  };
  return Object.entries(fields).flatMap(([field, value]) => {
    if (value === undefined) return [];
    const text = [value].flat().join(', ');
    return labelledLines(`  ${field.padEnd(16)}`, text, { indent: 18, columns });
  });
}

const commonStart = 'p8e-';

/** Adobe client secrets share a prefix, so showing it gives nothing away. */
function masked(secret: Sensitive): string {
  const text = secret.reveal();
  return `${text.startsWith(commonStart) ? commonStart : ''}… (${text.length} characters)`;
}
