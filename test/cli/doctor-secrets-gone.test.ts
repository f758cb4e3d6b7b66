import { DeleteSecretCommand } from '@aws-sdk/client-secrets-manager';
import { expect, it } from 'vitest';
import { startOperator } from './operator.ts';
import { checksOf } from './patient.ts';

it.each([
  ['client', 'ims-token-rotator put-credential fusion FILE', 'token'],
  ['token', 'ims-token-rotator renew fusion', 'client'],
] as const)(
  'doctor says how to create the %s secret where it alone is gone',
  async (kind, then, other) => {
    const operator = await startOperator();
    await operator.onboard('fusion');
    const SecretId = operator.world.secretId('fusion', kind);
    const gone = new DeleteSecretCommand({ SecretId, ForceDeleteWithoutRecovery: true });
    await operator.client.send(gone);
    const { find } = await checksOf(operator, 'fusion');
    const { verdict, fix } = find(`${kind} secret`);
    expect(verdict).toBe('failed');
    expect(fix).toContain(`aws secretsmanager create-secret --name ${SecretId}`);
    expect(fix).toContain(`then: ${then}`);
    expect(find(`${other} secret`)).toMatchObject({ verdict: 'ok' });
    // Nothing else advises what the missing secret would refuse.
    if (kind === 'client') expect(find('credential')).toMatchObject({ verdict: 'unknown' });
  },
);
