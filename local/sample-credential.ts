import { randomBytes } from 'node:crypto';
import { productScopes } from '../core/contract.ts';
import type { ClientRegistration } from '../emulators/ims/client.ts';

const product = 'workfront-fusion';

/** The name of the sample credential. */
export const sampleName = product;

/** A client for Workfront Fusion, as the Developer Console would create it. Its secret is random. */
export function sampleClient(): ClientRegistration {
  return {
    clientId: randomBytes(16).toString('hex'),
    clientSecrets: [`p8e-${randomBytes(24).toString('base64url')}`],
    scopes: productScopes[product],
    orgId: '7E7B5C8E5E4F0A2B0A495C8D@AdobeOrg',
  };
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
    org: { id: '23294', name: 'Example Corp', ims_org_id: client.orgId },
    workspace: {
      id: '4566206088344900001',
      name: 'Production',
      title: 'Production',
      details: {
        credentials: [
          {
            id: '451234',
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
