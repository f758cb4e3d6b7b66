// The habit: what people write today, the SDK as it comes and undici, one call after the other.
import { createHash } from 'node:crypto';
import {
  DescribeSecretCommand,
  GetSecretValueCommand,
  ListSecretsCommand,
  PutSecretValueCommand,
  SecretsManagerClient,
  TagResourceCommand,
} from '@aws-sdk/client-secrets-manager';
import { request } from 'undici';

const { IMS_ENDPOINT_URL: ims, IMS_TOKEN_ROTATOR_PREFIX: prefix } = process.env;
const client = new SecretsManagerClient({});

/** Seconds until the end of the token whose version id this is. */
function secondsLeft(id) {
  return Number.parseInt(id.slice(0, 8) + id.slice(9, 13), 16) / 1000 - Date.now() / 1000;
}

function currentOf(stages) {
  return Object.keys(stages).find((id) => stages[id].includes('AWSCURRENT'));
}

async function renew({ ARN: SecretId, Name }) {
  const described = await client.send(new DescribeSecretCommand({ SecretId }));
  if (secondsLeft(currentOf(described.VersionIdsToStages)) > 43_200) return;
  const stored = await client.send(
    new GetSecretValueCommand({ SecretId: Name.replace(/token$/, 'client') }),
  );
  const credential = JSON.parse(stored.SecretString);
  await client.send(
    new TagResourceCommand({
      SecretId,
      Tags: [{ Key: 'requested', Value: String(Date.now()) }],
    }),
  );
  const response = await request(`${ims}/ims/token/v3`, {
    method: 'POST',
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    body: new URLSearchParams({
      grant_type: 'client_credentials',
      client_id: credential.client_id,
      client_secret: credential.client_secret,
      scope: credential.scope,
    }).toString(),
  });
  const token = await response.body.json();
  if (response.statusCode !== 200 || typeof token.access_token !== 'string') {
    throw new Error('IMS issues no token');
  }
  const expiry = Date.now() + token.expires_in * 1000;
  const SecretString = JSON.stringify({ access_token: token.access_token, expires_at: expiry });
  const e = expiry.toString(16).padStart(12, '0');
  const h = createHash('sha256').update(SecretString).digest('hex');
  const put = await client.send(
    new PutSecretValueCommand({
      SecretId,
      ClientRequestToken: `${e.slice(0, 8)}-${e.slice(8)}-8${h.slice(0, 3)}-8015-18${h.slice(0, 10)}`,
      SecretString,
    }),
  );
  if (!put.VersionStages.includes('AWSCURRENT')) throw new Error('the token is not current');
}

export async function handler() {
  let renewed = 0;
  let NextToken;
  do {
    const page = await client.send(
      new ListSecretsCommand({
        Filters: [{ Key: 'name', Values: [`${prefix}/`] }],
        MaxResults: 100,
        NextToken,
      }),
    );
    const tokens = page.SecretList.filter(({ Name }) => Name.endsWith('/token'));
    for (const row of tokens) {
      if (secondsLeft(currentOf(row.SecretVersionsToStages)) > 43_200) continue;
      await renew(row);
      renewed += 1;
    }
    NextToken = page.NextToken;
  } while (NextToken !== undefined);
  return { renewed };
}
