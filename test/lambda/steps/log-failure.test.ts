import { describe, expect, it } from 'vitest';
import { hour } from '../../support/builders.ts';
import { interceptIms, startCredential } from '../../support/credential.ts';
import { expectNoSecrets } from '../../support/no-secrets.ts';
import { failureOf, tick } from '../../support/outcomes.ts';
import { seedCredential, startParts } from '../../support/start-parts.ts';

describe('an unexpected error', () => {
  it('fails one credential only, and is logged with its stack but without its message', async () => {
    const parts = await startParts();
    seedCredential(parts, 'odd');
    seedCredential(parts, 'well');
    const secret = 'p8e-a-secret-in-a-message-0123456789';
    const tokenEndpoint = interceptIms(parts, async ({ clientId }, send) => {
      if (clientId === 'client-odd') throw new SyntaxError(`not JSON: ${secret}`);
      return await send();
    });
    const outcomes = await tick(parts.run({ tokenEndpoint }));
    expect(outcomes.map(({ credential, outcome }) => [credential, outcome]).toSorted()).toEqual([
      ['odd', 'failed'],
      ['well', 'renewed'],
    ]);
    expect(failureOf(outcomes)?.message).toBe('odd: ERR_UNEXPECTED: unexpected SyntaxError');
    const [line] = parts.lines.filter(({ level }) => level === 'error');
    expect(line?.fields['where']).toContain('log-failure.test.ts');
    expectNoSecrets(JSON.stringify(parts.lines), [secret]);
  });
});

describe('a response that is an error page', () => {
  it('is logged without its body', async () => {
    const parts = await startCredential();
    await tick(parts.run());
    parts.clock.advance(12 * hour);
    parts.ims.faults.inject({ kind: 'server-error', status: 500, body: 'html' });
    await tick(parts.run());
    expect(parts.lines).toContainEqual(expect.objectContaining({ message: 'IMS answered 500' }));
    expect(JSON.stringify(parts.lines)).not.toContain('<');
  });
});

describe('a client that IMS does not know', () => {
  const logged = async (clientId: string): Promise<unknown> => {
    const { secretsManager, lines, run } = await startParts();
    const prefix = 'ims-token-rotator/prod/fusion';
    secretsManager.seed({ name: `${prefix}/token` });
    const value = { client_id: clientId, client_secret: 'other', scope: 'openid' };
    secretsManager.seed({ name: `${prefix}/client`, secretString: JSON.stringify(value) });
    await tick(run());
    return lines.find(({ level }) => level === 'error')?.fields['client_id'];
  };

  it.each(['15c2a24e12933f5ecda3a99aa53e1b4c', 'cm-p12345-e67890-integration-1'])(
    'is logged with its id %s',
    async (clientId) => {
      expect(await logged(clientId)).toBe(clientId);
    },
  );

  // As a client secret in the place of the id would be.
  it.each(['QwertzUiopAsdfGhjkYxcvB', '0b5f2c3e-1111-4222-8333-0123456789ab', 'abcd'.repeat(10)])(
    'is logged without an id that could be a secret: %s',
    async (clientId) => {
      expect(await logged(clientId)).toBe('(hidden)');
    },
  );
});
