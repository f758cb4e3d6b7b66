// The floor: the same calls as the function, with nothing but what Node.js brings. It signs by hand,
// keeps no record, handles no error but "not 200", and is nobody's production code.
import { createHash, createHmac } from 'node:crypto';
import { Agent, request } from 'node:http';

const {
  AWS_ACCESS_KEY_ID: accessKeyId,
  AWS_SECRET_ACCESS_KEY: secretAccessKey,
  AWS_SESSION_TOKEN: sessionToken,
  AWS_REGION: region,
  AWS_ENDPOINT_URL: aws,
  IMS_ENDPOINT_URL: ims,
  IMS_TOKEN_ROTATOR_PREFIX: prefix,
} = process.env;

const agent = new Agent({ keepAlive: true });
const sha256 = (text) => createHash('sha256').update(text).digest('hex');
const hmac = (key, text) => createHmac('sha256', key).update(text).digest();

function post(url, headers, body) {
  return new Promise((resolve, reject) => {
    const outgoing = request(
      url,
      { agent, method: 'POST', headers: { ...headers, 'content-length': Buffer.byteLength(body) } },
      (incoming) => {
        let text = '';
        incoming.setEncoding('utf8');
        incoming.on('data', (chunk) => {
          text += chunk;
        });
        incoming.on('error', reject);
        incoming.on('end', () => {
          if (incoming.statusCode === 200) resolve(text === '' ? {} : JSON.parse(text));
          else reject(new Error(`${url} answers ${incoming.statusCode}: ${text}`));
        });
      },
    );
    outgoing.on('error', reject);
    outgoing.end(body);
  });
}

async function call(operation, input) {
  const body = JSON.stringify(input);
  const time = `${new Date().toISOString().replaceAll(/[:-]|\..*/g, '')}Z`;
  const signed = {
    'content-type': 'application/x-amz-json-1.1',
    host: new URL(aws).host,
    'x-amz-date': time,
    'x-amz-security-token': sessionToken,
    'x-amz-target': `secretsmanager.${operation}`,
  };
  const names = Object.keys(signed).join(';');
  const lines = Object.entries(signed).map(([name, value]) => `${name}:${value}\n`);
  const canonical = ['POST', '/', '', lines.join(''), names, sha256(body)].join('\n');
  const scope = `${time.slice(0, 8)}/${region}/secretsmanager/aws4_request`;
  const toSign = ['AWS4-HMAC-SHA256', time, scope, sha256(canonical)].join('\n');
  const key = scope.split('/').reduce(hmac, `AWS4${secretAccessKey}`);
  const signature = hmac(key, toSign).toString('hex');
  const authorization = `AWS4-HMAC-SHA256 Credential=${accessKeyId}/${scope}, SignedHeaders=${names}, Signature=${signature}`;
  return await post(aws, { ...signed, authorization }, body);
}

/** Seconds until the end of the token whose version id this is. */
function secondsLeft(id) {
  return Number.parseInt(id.slice(0, 8) + id.slice(9, 13), 16) / 1000 - Date.now() / 1000;
}

function currentOf(stages) {
  return Object.keys(stages).find((id) => stages[id].includes('AWSCURRENT'));
}

async function renew({ ARN: SecretId, Name }) {
  const [described, client] = await Promise.all([
    call('DescribeSecret', { SecretId }),
    call('GetSecretValue', { SecretId: Name.replace(/token$/, 'client') }),
  ]);
  if (secondsLeft(currentOf(described.VersionIdsToStages)) > 43_200) return;
  const credential = JSON.parse(client.SecretString);
  const form = new URLSearchParams({
    grant_type: 'client_credentials',
    client_id: credential.client_id,
    client_secret: credential.client_secret,
    scope: credential.scope,
  });
  const [token] = await Promise.all([
    post(
      `${ims}/ims/token/v3`,
      { 'content-type': 'application/x-www-form-urlencoded' },
      form.toString(),
    ),
    call('TagResource', { SecretId, Tags: [{ Key: 'requested', Value: String(Date.now()) }] }),
  ]);
  if (typeof token.access_token !== 'string') throw new Error('IMS issues no token');
  const expiry = Date.now() + token.expires_in * 1000;
  const SecretString = JSON.stringify({ access_token: token.access_token, expires_at: expiry });
  const e = expiry.toString(16).padStart(12, '0');
  const h = sha256(SecretString);
  const ClientRequestToken = `${e.slice(0, 8)}-${e.slice(8)}-8${h.slice(0, 3)}-8015-18${h.slice(0, 10)}`;
  const stored = await call('PutSecretValue', { SecretId, ClientRequestToken, SecretString });
  if (!stored.VersionStages.includes('AWSCURRENT')) throw new Error('the token is not current');
}

/** Starts no more renewals a second than the function may, and as many at once. */
async function renewAll(due) {
  const { IMS_TOKEN_ROTATOR_CONCURRENCY = '8', IMS_TOKEN_ROTATOR_WRITES_PER_SECOND = '40' } =
    process.env;
  const queue = [...due];
  let free = Date.now();
  const work = async () => {
    for (let row = queue.shift(); row !== undefined; row = queue.shift()) {
      const wait = free - Date.now();
      free = Math.max(free, Date.now()) + 1000 / Number(IMS_TOKEN_ROTATOR_WRITES_PER_SECOND);
      if (wait > 0) await new Promise((resolve) => setTimeout(resolve, wait));
      await renew(row);
    }
  };
  await Promise.all(Array.from({ length: Number(IMS_TOKEN_ROTATOR_CONCURRENCY) }, work));
}

export async function handler() {
  const due = [];
  let NextToken;
  do {
    const page = await call('ListSecrets', {
      Filters: [{ Key: 'name', Values: [`${prefix}/`] }],
      MaxResults: 100,
      NextToken,
    });
    for (const row of page.SecretList) {
      if (!row.Name.endsWith('/token')) continue;
      if (secondsLeft(currentOf(row.SecretVersionsToStages)) <= 43_200) due.push(row);
    }
    NextToken = page.NextToken;
  } while (NextToken !== undefined);
  if (due.length === 1) await renew(due[0]);
  else await renewAll(due);
  return { renewed: due.length };
}
