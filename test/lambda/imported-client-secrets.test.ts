import { describe, expect, it } from 'vitest';
import { tagKeys } from '../../core/contract.ts';
import { renew } from '../../lambda/commands/renew.ts';
import { day, hour } from '../support/builders.ts';
import { secretId } from '../support/credential.ts';
import { countedTick, tick } from '../support/outcomes.ts';
import { readToken, startParts } from '../support/start-parts.ts';

/** Starts with a credential whose client secret is not under the rotator's prefix. */
async function startImported() {
  const parts = await startParts();
  parts.ims.registerClient({ clientId: 'id', clientSecrets: ['a-secret'], scopes: ['openid'] });
  const arn = parts.secretsManager.seed({
    name: 'team/adobe',
    secretString: '{"client_id":"id","client_secret":"a-secret","scope":"openid"}',
  });
  const config = { ...parts.run().config, clientSecrets: new Map([['fusion', arn]]) };
  const run = () => parts.run({ config });
  return { parts, run, token: secretId('fusion', 'token') };
}

describe('an imported client secret', () => {
  it('is read by its ARN, and described once in each tick', async () => {
    const { parts, run, token } = await startImported();
    parts.secretsManager.seed({ name: token });
    expect(await tick(run())).toMatchObject([{ credential: 'fusion', outcome: 'renewed' }]);
    expect(await readToken(parts, 'fusion')).toBeDefined();
    parts.secretsManager.clearCalls();
    parts.clock.advance(hour);
    expect(await tick(run())).toMatchObject([{ reason: 'token-fresh' }]);
    expect(parts.secretsManager.calls).toMatchObject([
      { action: 'ListSecrets' },
      { action: 'DescribeSecret', secretName: 'team/adobe' },
    ]);
  });

  it('causes a renewal when it changes', async () => {
    const { parts, run, token } = await startImported();
    parts.secretsManager.seed({ name: token });
    await tick(run());
    parts.secretsManager.seed({
      name: 'team/adobe',
      secretString: '{"client_id":"id","client_secrets":["a-secret"],"scope":"openid"}',
    });
    expect(await tick(run())).toMatchObject([{ reason: 'credential-changed', outcome: 'renewed' }]);
  });

  it('is used when its credential is renewed by name', async () => {
    const { parts, run, token } = await startImported();
    parts.secretsManager.seed({ name: token });
    expect(await renew(run(), 'fusion', { force: false })).toMatchObject({ outcome: 'renewed' });
  });

  it('fails without a token secret, although the list shows neither secret', async () => {
    const { run } = await startImported();
    expect(await tick(run())).toMatchObject([
      { credential: 'fusion', error: { code: 'ERR_TOKEN_SECRET_MISSING' }, failing: true },
    ]);
  });

  it('wins over a client secret with the usual name', async () => {
    const { parts, run, token } = await startImported();
    parts.secretsManager.seed({ name: token });
    parts.secretsManager.seed({ name: secretId('fusion', 'client'), secretString: '{}' });
    expect(await tick(run())).toMatchObject([{ credential: 'fusion', outcome: 'renewed' }]);
  });

  it('is not judged by what lies at the usual name while it cannot be described', async () => {
    const { parts, run, token } = await startImported();
    const { secretsManager, clock } = parts;
    secretsManager.seed({ name: token });
    const since = new Date((clock.seconds - 2 * day) * 1000).toISOString();
    const note = `adding since=${since} version=0b1c2d3e-4f5a-8b6c-8d7e-1eaced0f1a2b`;
    const tags = { [tagKeys.rotation]: note };
    secretsManager.seed({ name: secretId('fusion', 'client'), secretString: '{}', tags });
    await tick(run());
    secretsManager.faults.inject(
      { kind: 'denied' },
      { when: ({ action, secretId: id }) => action === 'DescribeSecret' && /team/.test(id ?? '') },
    );
    parts.metrics.length = 0;
    await countedTick(run());
    expect(parts.metrics).toContainEqual(['Failing', 0]);
  });
});
