import { describe, expect, it } from 'vitest';
import { tagKeys } from '../../../core/contract.ts';
import { RotatorError } from '../../../core/errors.ts';
import type { SecretStore } from '../../../core/ports.ts';
import { runResult } from '../../../core/run-result.ts';
import { hour } from '../../support/builders.ts';
import {
  actionsOf,
  replacing,
  secretId,
  startCredential,
  storeCredential,
} from '../../support/credential.ts';
import { summaryOf, tick } from '../../support/outcomes.ts';
import { seedCredential, seedDueCredential, startParts } from '../../support/start-parts.ts';

describe('a tick in which nothing is due', () => {
  it.each([1, 120])('calls only ListSecrets for %i credentials', async (count) => {
    const parts = await startParts();
    for (let index = 0; index < count; index += 1) seedCredential(parts, `c${index}`);
    await tick(parts.run());
    parts.clock.advance(hour);
    parts.secretsManager.clearCalls();
    parts.ims.clearTokenRequests();
    const outcomes = await tick(parts.run());
    expect(runResult('tick', 'prod', summaryOf(outcomes)).reasons).toEqual({
      'token-fresh': count,
    });
    expect(actionsOf(parts)).toEqual(Array(Math.ceil((2 * count) / 100)).fill('ListSecrets'));
    expect(parts.ims.tokenRequests).toEqual([]);
  });

  it('calls only ListSecrets for a paused credential, whatever its status', async () => {
    const parts = await startCredential({
      [tagKeys.paused]: 'true',
      [tagKeys.status]: 'an old failure',
    });
    await tick(parts.run());
    expect(actionsOf(parts)).toEqual(['ListSecrets']);
  });
});

describe('a list with empty pages, as AWS documents them', () => {
  it('is read to its end', async () => {
    const parts = await startParts();
    parts.secretsManager.hasEmptyPages = true;
    for (const name of ['one', 'two']) seedCredential(parts, name);
    expect(await tick(parts.run())).toHaveLength(2);
    expect(parts.ims.mintCount).toBe(2);
  });
});

it('a list that cannot be read to its end decides nothing', async () => {
  const parts = await startParts();
  seedDueCredential(parts, 'fusion');
  const { secrets } = parts.run();
  const listPage: SecretStore['listPage'] = async (prefixes, token, signal) => {
    if (token !== undefined) throw new RotatorError('ERR_SECRET_ACCESS_DENIED', 'denied');
    const { rows } = await secrets.listPage(prefixes, undefined, signal);
    return { rows, nextToken: 'more' };
  };
  await expect(
    tick(parts.run({ secrets: replacing(secrets, { listPage }) })),
  ).rejects.toMatchObject({
    code: 'ERR_SECRET_ACCESS_DENIED',
  });
  expect(parts.ims.mintCount).toBe(0);
});

describe('an outdated list', () => {
  it('does not make a credential fail: its secrets are described first', async () => {
    const parts = await startParts();
    parts.secretsManager.listLagMs = 300_000;
    seedCredential(parts, 'fusion');
    parts.clock.advance(301);
    await tick(parts.run());
    parts.secretsManager.seed({ name: secretId('late', 'client'), secretString: '{}' });
    parts.clock.advance(301);
    // The list does not show the token secret yet.
    parts.secretsManager.seed({ name: secretId('late', 'token') });
    expect(await tick(parts.run())).toMatchObject([
      { credential: 'late', error: { code: 'ERR_CREDENTIAL_INVALID' } },
      { credential: 'fusion', outcome: 'kept' },
    ]);
  });

  it('does not make a token be renewed twice', async () => {
    const parts = await startParts();
    parts.secretsManager.listLagMs = 300_000;
    seedCredential(parts, 'fusion');
    parts.clock.advance(301);
    expect(await tick(parts.run())).toMatchObject([{ outcome: 'renewed' }]);
    // The list still shows no token.
    expect(await tick(parts.run())).toMatchObject([{ reason: 'recently-issued' }]);
    expect(parts.ims.mintCount).toBe(1);
  });

  it('does not have a failure remembered for a version of the credential that is no longer current', async () => {
    const parts = await startParts();
    parts.secretsManager.listLagMs = 300_000;
    seedDueCredential(parts, 'fusion');
    parts.clock.advance(301);
    // The list still shows the version before this one.
    const wrong = { client_id: 'client-fusion', client_secret: 'wrong', scope: 'openid' };
    storeCredential(parts, 'fusion', wrong);
    expect(await tick(parts.run())).toMatchObject([{ error: { code: 'ERR_TOKEN_REJECTED' } }]);
    parts.clock.advance(301);
    expect(await tick(parts.run())).toMatchObject([{ reason: 'backing-off' }]);
    expect(parts.ims.tokenRequests).toHaveLength(1);
  });

  it.each([
    ['client secret is', ['client']],
    ['token secret is', ['token']],
    ['secrets are both', ['client', 'token']],
  ] as const)(
    'counts and renews a credential once, though its %s on two pages',
    async (_, kinds) => {
      const parts = await startParts();
      await seedDueCredential(parts, 'fusion');
      const run = parts.run();
      const again = kinds.map((kind) => secretId('fusion', kind));
      expect(await tick({ ...run, secrets: listedAgain(run.secrets, again) })).toEqual([
        expect.objectContaining({ credential: 'fusion', outcome: 'renewed' }),
      ]);
      expect(parts.ims.mintCount).toBe(1);
    },
  );
});

/** Secrets Manager while its list changes: it shows secrets once more, on a page of their own. */
function listedAgain(secrets: SecretStore, names: readonly string[]): SecretStore {
  const listPage: SecretStore['listPage'] = async (prefixes, token, signal) => {
    const { rows } = await secrets.listPage(prefixes, undefined, signal);
    return token === undefined
      ? { rows, nextToken: 'again' }
      : { rows: rows.filter(({ name }) => names.includes(name)), nextToken: undefined };
  };
  return replacing(secrets, { listPage });
}
