import { expect, it } from 'vitest';
import { onboard } from '../../local/onboarding.ts';
import { startLeak } from './leak-world.ts';
import { fileWith } from './operator.ts';

it.each([
  ['the same scopes in another order', { scopes: ['AdobeID', 'openid'] }, undefined],
  [
    'those of another credential of the client',
    { scopes: ['openid', 'profile'] },
    'the tokens get the scopes openid, profile, and not openid, AdobeID as with what',
  ],
  ['those of another client', { scopes: ['openid'], client_id: 'another-client' }, undefined],
])('put-credential warns where the scopes change: %s', async (_, change, expected) => {
  const leak = await startLeak();
  const document = await leak.clientDocument();
  const stored = { ...document, scopes: ['openid', 'AdobeID'] };
  await onboard(leak.world, leak.client, 'reports', JSON.stringify(stored));
  const file = await fileWith(JSON.stringify({ ...document, ...change }));
  const { code, stderr } = await leak.cli('put-credential', 'reports', file, '--dry-run');
  expect(code, stderr).toBe(0);
  const name = leak.world.secretId('reports', 'client');
  const warning = `warning: ${expected} ${name} holds: to replace only the client secret, change only that in its value, and take off its uuid\n`;
  expect(stderr.includes('the tokens get the scopes')).toBe(expected !== undefined);
  if (expected !== undefined) expect(stderr).toBe(warning);
});

it('put-credential warns of no scopes where the stored value is no credential', async () => {
  const leak = await startLeak();
  await onboard(leak.world, leak.client, 'reports', '{}');
  const file = await fileWith(JSON.stringify(await leak.clientDocument()));
  const { code, stderr } = await leak.cli('put-credential', 'reports', file, '--dry-run');
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
});
