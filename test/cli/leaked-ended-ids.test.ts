import { describe, expect, it } from 'vitest';
import { epochSeconds } from '../../core/instant.ts';
import { encodeVersionId } from '../../core/version-id.ts';
import { day, digest } from '../support/builders.ts';
import { labelsOf } from '../support/start-rotating.ts';
import { flat, type LeakWorld, startLeak } from './leak-world.ts';
import { inSeconds } from './operator.ts';
import { byHand, type Form, response, storeByHand } from './stored-by-hand.ts';

/** The id of a token that ended two hours ago. */
function endedId(value: string): string {
  const expiresAt = epochSeconds(Math.floor(Date.now() / 1000) - 7_200);
  return encodeVersionId({ expiresAt, lifetime: day, fingerprint: '00000000' }, digest(value));
}

describe.each([true, false])('leaked, with --token %s,', (token) => {
  it.each([
    ['with its expiry beside it', byHand, endedId],
    ['as it is', response, endedId],
    ['under the id of another value', byHand, () => endedId('another value')],
  ])('invalidates a token under an id that says it has ended: %s', async (_, form, idOf) => {
    const leak = await startLeak();
    const leaked = await storeByHand(leak, form, idOf);
    const exit = await leak.answer({ token });
    expect(exit, exit.stderr).toMatchObject({ code: 0 });
    expect(leak.world.ims.isValid(leaked)).toBe(false);
  });
});

describe('leaked, about a token that has ended,', () => {
  const ended: Form = (access_token, client_id) =>
    JSON.stringify({
      access_token,
      issued_at: inSeconds(-2 * day),
      expires_at: inSeconds(-day),
      client_id,
    });

  /** @returns the version that holds the token of two days ago */
  async function startEnded(): Promise<readonly [LeakWorld, string]> {
    let ahead = 0;
    const leak = await startLeak({ now: () => Date.now() + ahead * 1000 });
    ahead = -2 * day;
    await storeByHand(leak, ended, endedId);
    ahead = 0;
    const { AWSCURRENT: replaces = '' } = await labelsOf(
      leak.client,
      leak.world.secretId('fusion', 'token'),
    );
    await leak.invoke({ action: 'renew', credential: 'fusion', force: true, replaces });
    return [leak, replaces];
  }

  it('does not have IMS invalidate it', async () => {
    const [leak] = await startEnded();
    const exit = await leak.answer({ token: true });
    expect(exit, exit.stderr).toMatchObject({ code: 0 });
    expect(flat(exit.stdout)).toContain('invalidated 2 earlier tokens');
    expect(leak.world.ims.invalidations).toHaveLength(2);
  });

  it('leaves nothing to people, although it could not be decrypted', async () => {
    const [leak, versionId] = await startEnded();
    const type = 'DecryptionFailure';
    leak.world.secretsManager.faults.inject(
      { kind: 'error', type, message: 'The key is disabled.', status: 400 },
      {
        when: ({ action, body }) => action === 'GetSecretValue' && body['VersionId'] === versionId,
      },
    );
    const exit = await leak.answer({ token: true });
    expect(exit, exit.stderr).toMatchObject({ code: 0 });
    expect(exit.stdout).not.toContain(versionId);
  });
});
