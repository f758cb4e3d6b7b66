import { DescribeKeyCommand } from '@aws-sdk/client-kms';
import { describe, expect, it } from 'vitest';
import { startAws } from './start-aws.ts';

const here = 'arn:aws:kms:us-east-1:111122223333';
const id = '11111111-2222-4333-8444-555555555555';
const arn = `${here}:key/${id}`;

describe('DescribeKey', () => {
  it.each([id, arn, 'alias/tokens', `${here}:alias/tokens`])('finds %s', async (KeyId) => {
    const { account, kms } = await startAws();
    account.keys.set(arn, {
      arn,
      state: 'Enabled',
      manager: 'CUSTOMER',
      aliases: ['alias/tokens'],
    });
    const { KeyMetadata } = await kms.send(new DescribeKeyCommand({ KeyId }));
    expect(KeyMetadata).toMatchObject({
      KeyId: id,
      Arn: arn,
      AWSAccountId: '111122223333',
      Enabled: true,
      KeyState: 'Enabled',
      KeyManager: 'CUSTOMER',
    });
  });

  it.each(['Disabled', 'PendingDeletion', 'PendingImport', 'Unavailable'] as const)(
    'reports that a key is %s',
    async (state) => {
      const { account, kms } = await startAws();
      account.keys.set(arn, { arn, state, manager: 'CUSTOMER' });
      const { KeyMetadata } = await kms.send(new DescribeKeyCommand({ KeyId: id }));
      expect(KeyMetadata).toMatchObject({ Enabled: false, KeyState: state });
    },
  );

  it.each([
    [id, `Key '${arn}' does not exist`],
    ['alias/tokens', `Alias ${here}:alias/tokens is not found.`],
  ])('does not find %s', async (KeyId, message) => {
    const { kms } = await startAws();
    await expect(kms.send(new DescribeKeyCommand({ KeyId }))).rejects.toMatchObject({
      name: 'NotFoundException',
      message,
    });
  });
});
