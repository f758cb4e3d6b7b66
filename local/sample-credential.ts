import { randomBytes, randomInt } from 'node:crypto';
import { productScopes } from '../core/contract.ts';
import { consoleScopes } from '../emulators/console-api/admission.ts';
import type { ClientRegistration, ImsClient } from '../emulators/ims/client.ts';

const product = 'workfront-fusion';

/** The name of the sample credential. */
export const sampleName = product;

/** The scopes in its document. */
export const sampleScopes: readonly string[] = productScopes[product];

/** A client for Workfront Fusion, as the Developer Console would create it. Its secret is random. */
export function sampleClient(): ClientRegistration {
  return {
    clientId: randomBytes(16).toString('hex'),
    clientSecrets: [`p8e-${randomBytes(24).toString('base64url')}`],
    scopes: sampleScopes,
    orgId: '7E7B5C8E5E4F0A2B0A495C8D@AdobeOrg',
    // Longer than Adobe's, so that two of many are never the same.
    credentialId: String(randomInt(1e11, 1e12)),
    consoleOrgId: '23294',
  };
}

/** The client with the I/O Management API in its project: it may manage its own secrets. */
export function selfManaging(client: ClientRegistration): ClientRegistration {
  return { ...client, scopes: [...new Set([...client.scopes, ...consoleScopes])] };
}

/** The credential in the documented form, as a rotation stores it. */
export function storedDocument(client: ImsClient): string {
  const document = {
    client_id: client.clientId,
    client_secrets: client.liveSecrets.map(({ value, uuid, createdAt }) => ({
      client_secret: value,
      uuid,
      created_at: new Date(createdAt).toISOString().replace('.000', ''),
    })),
    scopes: sampleScopes,
    org_id: client.orgId,
    credential_id: client.credentialId,
    console_org_id: client.consoleOrgId,
  };
  return JSON.stringify(document, null, 2);
}

/**
 * The project file that the Developer Console offers for download.
 *
 * @see https://developer.adobe.com/developer-console/docs/guides/projects/
 */
export function consoleDownload(client: ClientRegistration): string {
  const project = {
    id: '4566206088344900000',
    name: 'fusionautomation',
    title: 'Fusion automation',
    org: { id: client.consoleOrgId, name: 'Example Corp', ims_org_id: client.orgId },
    workspace: {
      id: '4566206088344900001',
      name: 'Production',
      title: 'Production',
      details: {
        credentials: [
          {
            id: client.credentialId,
            name: 'Credential in Fusion automation - Production',
            integration_type: 'oauth_server_to_server',
            oauth_server_to_server: {
              client_id: client.clientId,
              client_secrets: client.clientSecrets,
              technical_account_email: '1b2c3d4e-0000-4000-8000-000000000000@techacct.adobe.com',
              technical_account_id: '9A8B7C6D5E4F3A2B1C0D9E8F@techacct.adobe.com',
              scopes: client.scopes,
            },
          },
        ],
        services: [{ code: 'FusionAPI', name: 'Workfront Fusion API' }],
      },
    },
  };
  return JSON.stringify({ project }, null, 2);
}
