import { describe, expect, it } from 'vitest';
import { renew } from '../../lambda/commands/renew.ts';
import { tick } from '../../lambda/commands/tick.ts';
import { hour } from '../support/builders.ts';
import { readToken, startParts } from '../support/start-parts.ts';

/** A credential whose client secret is not under the rotator's prefix. */
async function startElsewhere() {
  const parts = await startParts();
  parts.ims.registerClient({ clientId: 'id', clientSecrets: ['a-secret'], scopes: ['openid'] });
  const arn = parts.secretsManager.seed({
    name: 'team/adobe',
    secretString: '{"client_id":"id","client_secret":"a-secret","scope":"openid"}',
  });
  const config = { ...parts.run().config, clientSecrets: new Map([['fusion', arn]]) };
  const run = () => parts.run({ config });
  return { parts, run, token: 'ims-token-rotator/prod/fusion/token' };
}

describe('a client secret that lives elsewhere', () => {
  it('is used by its ARN, and described once for each tick', async () => {
    const { parts, run, token } = await startElsewhere();
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

  it('is seen to have changed', async () => {
    const { parts, run, token } = await startElsewhere();
    parts.secretsManager.seed({ name: token });
    await tick(run());
    parts.secretsManager.seed({
      name: 'team/adobe',
      secretString: '{"client_id":"id","client_secrets":["a-secret"],"scope":"openid"}',
    });
    expect(await tick(run())).toMatchObject([{ reason: 'credential-changed', outcome: 'renewed' }]);
  });

  it('is renewed by name', async () => {
    const { parts, run, token } = await startElsewhere();
    parts.secretsManager.seed({ name: token });
    expect(await renew(run(), 'fusion', { force: false })).toMatchObject({ outcome: 'renewed' });
  });

  it('without a token secret fails, although the list shows nothing of it', async () => {
    const { run } = await startElsewhere();
    expect(await tick(run())).toMatchObject([
      { credential: 'fusion', error: { code: 'ERR_TOKEN_SECRET_MISSING' }, failing: true },
    ]);
  });

  it('is not mixed up with one of the usual name', async () => {
    const { parts, run, token } = await startElsewhere();
    parts.secretsManager.seed({ name: token });
    parts.secretsManager.seed({ name: 'ims-token-rotator/prod/fusion/client', secretString: '{}' });
    expect(await tick(run())).toMatchObject([{ credential: 'fusion', outcome: 'renewed' }]);
  });
});
