import * as v from 'valibot';
import { jsonProtocol } from '../wire/aws-json.ts';
import { AwsError } from '../wire/errors.ts';
import { text } from '../wire/request-schema.ts';
import type { Account } from './account.ts';
import { type AwsService, operation } from './service.ts';

export const kms: AwsService = {
  name: 'kms',
  protocol: jsonProtocol('1.1', 'TrentService'),
  operations: new Map([
    [
      'DescribeKey',
      operation(
        v.object({ KeyId: text(1, 2048) }),
        ({ KeyId }, { account }) => account.key(KeyId)?.arn ?? account.keyArn(KeyId),
        ({ account }, { KeyId }) => describeKey(account, KeyId),
      ),
    ],
  ]),
  errors: { InternalServiceError: ['KMSInternalException', 500] },
};

function describeKey(account: Account, keyId: string): object {
  const key = account.key(keyId);
  if (key === undefined) {
    const arn = account.keyArn(keyId);
    const message = arn.includes(':alias/')
      ? `Alias ${arn} is not found.`
      : `Key '${arn}' does not exist`;
    throw new AwsError('NotFoundException', message);
  }
  return {
    KeyMetadata: {
      AWSAccountId: account.id,
      KeyId: key.arn.split('/').at(-1),
      Arn: key.arn,
      Enabled: key.state === 'Enabled',
      KeyState: key.state,
      KeyManager: key.manager,
      KeyUsage: 'ENCRYPT_DECRYPT',
      KeySpec: 'SYMMETRIC_DEFAULT',
      CustomerMasterKeySpec: 'SYMMETRIC_DEFAULT',
      EncryptionAlgorithms: ['SYMMETRIC_DEFAULT'],
      Origin: key.state === 'PendingImport' ? 'EXTERNAL' : 'AWS_KMS',
      MultiRegion: false,
    },
  };
}
