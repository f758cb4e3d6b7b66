import { PutSecretValueCommand } from '@aws-sdk/client-secrets-manager';
import { describe, expect, it } from 'vitest';
import { tagKeys } from '../../core/contract.ts';
import { epochSeconds } from '../../core/instant.ts';
import { formatStatus } from '../../core/status.ts';
import { fingerprint } from '../../core/token-tags.ts';
import { digest, hour } from '../support/builders.ts';
import { secretId, setTag, startCredential } from '../support/credential.ts';
import { countedTick, tick } from '../support/outcomes.ts';
import { clientSecretOf, plainClient, readToken } from '../support/start-parts.ts';

describe('a forged status', () => {
  it('does not hold back a changed credential by a wait that no alarm tells of', async () => {
    const parts = await startCredential();
    const client = parts.ims.client('client-fusion');
    client.lifetimeSeconds = 24 * hour;
    client.scopes = ['openid', 'AdobeID'];
    await tick(parts.run());
    parts.clock.advance(hour);
    const { ARN = '', VersionId = '' } = await plainClient(parts).send(
      new PutSecretValueCommand({
        SecretId: secretId('fusion', 'client'),
        SecretString: JSON.stringify({
          client_id: 'client-fusion',
          client_secret: clientSecretOf('fusion'),
          scope: 'openid,AdobeID',
        }),
      }),
    );
    const now = epochSeconds(parts.clock.seconds);
    const status = formatStatus({
      code: 'ERR_TOKEN_NOT_LATER',
      since: now,
      retryAt: epochSeconds(now + hour),
      fingerprint: fingerprint(digest, ARN, VersionId, {}),
    });
    await setTag(parts, 'fusion', tagKeys.status, status);
    // The stored token is another credential's, so that it may outlive the new one.
    expect(await countedTick(parts.run())).toMatchObject([
      { reason: 'credential-changed', outcome: 'renewed' },
    ]);
    expect((await readToken(parts, 'fusion'))?.SecretString).toContain('"scope":"openid,AdobeID"');
  });
});
