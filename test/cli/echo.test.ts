import { expect, it } from 'vitest';
import { echoPlaces } from '../../emulators/ims/fault.ts';
import { fileWith, registerClient, startOperator } from './operator.ts';

// The operator fails the test if any output holds the client secret.
it.each(echoPlaces)('no command shows a client secret that IMS repeats in %s', async (place) => {
  const operator = await startOperator();
  const { clientSecrets } = await operator.onboard('fusion');
  expect(clientSecrets).toHaveLength(1);
  operator.world.ims.faults.inject({ kind: 'echo', place, as: String });
  const renewed = await operator.cli('renew', 'fusion', '--force');
  const examined = await operator.cli('doctor', 'fusion', '--mint');
  expect(renewed.stdout).toContain('fusion');
  expect(examined.stdout).toContain('mint');
  await operator.cli('status', '--json');
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
