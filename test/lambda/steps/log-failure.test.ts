import { describe, expect, it } from 'vitest';
import { tickError } from '../../../core/run-result.ts';
import { tick } from '../../../lambda/commands/tick.ts';
import { hour } from '../../support/builders.ts';
import { interceptIms, startCredential } from '../../support/credential.ts';
import { expectNoSecrets } from '../../support/no-secrets.ts';
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
    expect(tickError(outcomes)?.message).toBe('odd: ERR_UNEXPECTED: unexpected SyntaxError');
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
