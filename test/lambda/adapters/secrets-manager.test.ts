import { expect, it, onTestFinished } from 'vitest';
import { HttpServer, json } from '../../../emulators/wire/http-server.ts';
import { SecretsManager } from '../../../lambda/adapters/secrets-manager.ts';
import { timeouts } from '../../../lambda/steps/budget.ts';

async function connectTo(server: HttpServer, writesPerSecond: number): Promise<SecretsManager> {
  await server.start();
  onTestFinished(() => server.stop());
  return new SecretsManager({
    region: 'us-east-1',
    endpoint: server.url,
    credentials: { accessKeyId: 'x', secretAccessKey: 'x' },
    timeouts: timeouts.secretsManager,
    writesPerSecond,
  });
}

it('reports missing AWS credentials as access denied', async () => {
  const secrets = new SecretsManager({
    region: 'us-east-1',
    credentials: () =>
      Promise.reject(Object.assign(new Error('none'), { name: 'CredentialsProviderError' })),
    timeouts: timeouts.secretsManager,
    writesPerSecond: 40,
  });
  await expect(secrets.describe('x', AbortSignal.timeout(60_000))).rejects.toMatchObject({
    code: 'ERR_SECRET_ACCESS_DENIED',
  });
});

it('lets no write wait for its turn beyond the deadline, which would hold up the end of the run', async () => {
  const written: string[] = [];
  const server = new HttpServer(({ body }) => {
    written.push(JSON.parse(body.toString()).SecretId);
    return json(200, { ARN: 'the-arn' }, { 'x-amzn-requestid': 'of AWS' });
  });
  const secrets = await connectTo(server, 1);
  const run = new AbortController();
  const moves = Array.from({ length: 60 }, (_, index) => {
    const move = { secretId: `secret-${index}`, versionId: `version-${index}` };
    return secrets.makeCurrent(move, run.signal);
  });
  const tags = Array.from({ length: 60 }, (_, index) =>
    secrets.setTag({ secretId: `tagged-${index}`, key: 'key', value: 'value' }, run.signal),
  );
  await Promise.all([moves[0], tags[0]]);
  run.abort();
  // With the turns of all, this would take a minute.
  for (const writes of [moves, tags]) {
    const settled = await Promise.allSettled(writes);
    expect(settled[0]?.status).toBe('fulfilled');
    expect(settled.slice(1).every(({ status }) => status === 'rejected')).toBe(true);
  }
  expect(new Set(written)).toEqual(new Set(['secret-0', 'tagged-0']));
});

it('keeps only the tags of the rotator, so that others cannot fill the memory of a run', async () => {
  const Tags = [
    { Key: 'ims-token-rotator:paused', Value: 'true' },
    { Key: 'ims-token-rotator:status', Value: 'ok' },
    { Key: 'team', Value: 'x'.repeat(256) },
    { Key: 'ims-token-rotator:other', Value: 'x'.repeat(256) },
  ];
  const server = new HttpServer(({ headers }) =>
    json(
      200,
      /ListSecrets$/.test(`${headers['x-amz-target']}`)
        ? { SecretList: [{ Tags }] }
        : { ARN: 'the-arn', Tags },
    ),
  );
  const secrets = await connectTo(server, 40);
  const { signal } = new AbortController();
  const { rows } = await secrets.listPage(['x'], undefined, signal);
  for (const secret of [rows[0], await secrets.describe('x', signal)]) {
    expect(secret?.tags).toEqual({
      'ims-token-rotator:paused': 'true',
      'ims-token-rotator:status': 'ok',
    });
  }
});
