import { GetSecretValueCommand } from '@aws-sdk/client-secrets-manager';
import { describe, expect, it } from 'vitest';
import { consoleScopes } from '../../../core/console-secrets.ts';
import { tagKeys } from '../../../core/contract.ts';
import type { ImsClient } from '../../../emulators/ims/client.ts';
import { secretId } from '../../support/credential.ts';
import {
  consoleOrgId,
  credentialId,
  documentOf,
  type RotatingClient,
  startRotatingClient,
} from '../../support/start-rotating-client.ts';

const SecretId = secretId('fusion', 'token');

/** The project file of the Developer Console, which has every scope of the credential. */
function projectOf(client: ImsClient): object {
  const oauth_server_to_server = {
    client_id: client.clientId,
    client_secrets: client.liveSecrets.map(({ value }) => value),
    scopes: consoleScopes,
  };
  const credential = {
    id: credentialId,
    integration_type: 'oauth_server_to_server',
    oauth_server_to_server,
  };
  const workspace = { details: { credentials: [credential] } };
  return { project: { org: { id: consoleOrgId }, workspace } };
}

async function storedToken({ client }: RotatingClient): Promise<Record<string, string>> {
  const { SecretString = '' } = await client.send(new GetSecretValueCommand({ SecretId }));
  return JSON.parse(SecretString);
}

/** The status that a workload gets from the Developer Console with a token and nothing else. */
async function statusOfAdding({ parts }: RotatingClient, token: string): Promise<number> {
  const path = `/console/organizations/${consoleOrgId}/credentials/${credentialId}/secrets`;
  const response = await fetch(`${parts.consoleApi.url}${path}`, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${token}`,
      'x-api-key': 'client-fusion',
      'content-type': 'application/json',
    },
    body: '{}',
  });
  await response.body?.cancel();
  return response.status;
}

describe('a stored token', () => {
  it('cannot manage client secrets, if they are stored as the project file', async () => {
    const rotating = await startRotatingClient({ document: projectOf });
    const { scope = '', access_token = '' } = await storedToken(rotating);
    expect(scope.split(',')).toEqual([
      'AdobeID',
      'openid',
      'read_organizations',
      'additional_info.projectedProductContext',
      'additional_info.roles',
      'adobeio_api',
    ]);
    expect(await statusOfAdding(rotating, access_token)).toBe(403);
    expect(rotating.live()).toHaveLength(1);
  });

  it('cannot manage client secrets, if somebody tags its secret with those scopes', async () => {
    const rotating = await startRotatingClient({
      document: (client) => ({ ...documentOf(client), scopes: undefined }),
      tags: { [tagKeys.scopes]: 'openid manage_client_secrets' },
    });
    expect((await storedToken(rotating))['scope']).toBe('openid');
  });
});
