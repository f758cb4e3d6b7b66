import { CreateSecretCommand, DeleteSecretCommand } from '@aws-sdk/client-secrets-manager';
import { describe, expect, it } from 'vitest';
import { environmentVariables } from '../../core/contract.ts';
import { type Operator, startOperator } from './operator.ts';
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

describe('a declared credential whose secret somebody deleted and created again', () => {
  const tags = { 'aws:cloudformation:stack-name': 'Prod' };

  /** A healthy credential that the stack Prod declares. */
  async function startDeclared(environment: Readonly<Record<string, string>> = {}) {
    const declared = { [environmentVariables.declared]: 'fusion', ...environment };
    const operator = await startOperator({ environment: declared });
    for (const kind of ['client', 'token'] as const) {
      operator.world.secretsManager.seed({ name: operator.world.secretId('fusion', kind), tags });
    }
    return operator;
  }

  async function replace({ client, world }: Operator, kind: 'client' | 'token') {
    const Name = world.secretId('fusion', kind);
    const gone = { SecretId: Name, ForceDeleteWithoutRecovery: true };
    await client.send(new DeleteSecretCommand(gone));
    await client.send(new CreateSecretCommand({ Name }));
  }

  it.each([
    ['client', 'token'],
    ['token', 'client'],
  ] as const)('is not ✓ in the line of the %s secret', async (kind, other) => {
    const operator = await startDeclared();
    await replace(operator, kind);
    const { find } = await checksOf(operator, 'fusion');
    expect(find(`${other} secret`)).toMatchObject({ verdict: 'ok' });
    const { verdict, detail, fix } = find(`${kind} secret`);
    expect(verdict).toBe('unknown');
    expect(detail).toMatch(/deleted it and created another one .* or .* "cdk import" adopted it/);
    expect(fix).toContain('"A secret is gone for good"');
  });

  it('is ✓ where the client secret is not of the stack', async () => {
    const arnSuffix = 'AbCdEf';
    const arn = `arn:aws:secretsmanager:us-east-1:111122223333:secret:elsewhere-${arnSuffix}`;
    const operator = await startDeclared({
      [environmentVariables.clientSecrets]: JSON.stringify({ fusion: arn }),
    });
    operator.world.secretsManager.seed({ name: 'elsewhere', arnSuffix });
    const { find } = await checksOf(operator, 'fusion');
    expect(find('client secret')).toMatchObject({ verdict: 'ok' });
  });
});
