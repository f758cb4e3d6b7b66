import { expect, it } from 'vitest';
import { expectNoEcho } from './echoed.ts';
import { fileWith, registerClient, startOperator } from './operator.ts';

it('no command shows a client secret that IMS repeats in its description of an error', async () => {
  await expectNoEcho('error_description');
});

it('no command shows a client secret that AWS repeats as the name of its error', async () => {
  const operator = await startOperator();
  await operator.onboard('fusion');
  const { clientId, secret, scopes } = registerClient(operator);
  const document = { client_id: clientId, client_secret: secret, scope: scopes.join(' ') };
  const file = await fileWith(JSON.stringify(document));
  operator.world.secretsManager.faults.inject(
    { kind: 'error', type: secret.replaceAll(/[^A-Za-z0-9]/g, ''), message: secret },
    { when: ({ action }) => action === 'PutSecretValue' },
  );
  const { code, stderr } = await operator.cli('put-credential', 'fusion', file, '--wait', '0');
  expect(code).toBe(1);
  expect(stderr).toContain('AWS rejected secretsmanager:PutSecretValue');
  expect(stderr).toContain('unknown error');
});
