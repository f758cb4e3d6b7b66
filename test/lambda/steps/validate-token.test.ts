import { describe, expect, it } from 'vitest';
import type { Run } from '../../../lambda/steps/run.ts';
import { hour } from '../../support/builders.ts';
import { interceptIms, startCredential } from '../../support/credential.ts';
import { tick } from '../../support/outcomes.ts';
import { type Parts, readToken } from '../../support/start-parts.ts';

const validating = (parts: Parts, overrides: Parameters<Parts['run']>[0] = {}): Run =>
  parts.run({ ...overrides, config: { ...parts.run().config, validate: true } });

describe('a renewal that validates its token', () => {
  it('fails while IMS cannot say, and stores the token once IMS accepts it', async () => {
    const parts = await startCredential();
    parts.ims.faults.inject(
      { kind: 'server-error', status: 503 },
      { when: ({ path }) => path === '/ims/validate_token/v1' },
    );
    expect(await tick(validating(parts))).toMatchObject([
      { error: { code: 'ERR_TOKEN_UNAVAILABLE' } },
    ]);
    expect(await readToken(parts, 'fusion')).toBeUndefined();
    parts.ims.faults.clear();
    expect(await tick(validating(parts))).toMatchObject([{ outcome: 'renewed' }]);
  });

  it('keeps the stored token when IMS rejects the new one', async () => {
    const parts = await startCredential();
    await tick(validating(parts));
    const before = await readToken(parts, 'fusion');
    parts.clock.advance(12 * hour);
    const tokenEndpoint = interceptIms(parts, async (_, send) => {
      const response = await send();
      parts.ims.revoke(JSON.parse(response.body).access_token);
      return response;
    });
    expect(await tick(validating(parts, { tokenEndpoint }))).toMatchObject([
      { error: { code: 'ERR_TOKEN_INVALID' } },
    ]);
    expect(await readToken(parts, 'fusion')).toEqual(before);
  });
});
