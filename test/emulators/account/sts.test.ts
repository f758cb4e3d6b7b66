import { GetCallerIdentityCommand } from '@aws-sdk/client-sts';
import { expect, it } from 'vitest';
import { clientsFor } from '../../support/aws-clients.ts';
import { startAws } from './start-aws.ts';

const identify = new GetCallerIdentityCommand({});

it('GetCallerIdentity returns the principal of the access key, or the default one', async () => {
  const { aws, account, sts } = await startAws();
  expect(await sts.send(identify)).toMatchObject({
    Account: '111122223333',
    Arn: 'arn:aws:iam::111122223333:user/local',
    UserId: 'AIDAAKIDEXAMPLE',
    $metadata: { requestId: expect.stringMatching(/^[0-9a-f-]{36}$/) },
  });
  account.principals.set('ASIAOPERATOR', {
    username: 'anna',
    arn: 'arn:aws:sts::444455556666:assumed-role/Ops & <Support>/anna',
  });
  expect(await clientsFor(aws, 'ASIAOPERATOR').sts.send(identify)).toMatchObject({
    Account: '444455556666',
    Arn: 'arn:aws:sts::444455556666:assumed-role/Ops & <Support>/anna',
    UserId: 'AROAEMULATED:anna',
  });
});

it('GetCallerIdentity returns another default principal if one is set', async () => {
  const { account, sts } = await startAws({ accountId: '999988887777' });
  account.defaultPrincipal = { username: 'root', arn: 'arn:aws:iam::999988887777:root' };
  expect(await sts.send(identify)).toMatchObject({
    Account: '999988887777',
    Arn: 'arn:aws:iam::999988887777:root',
  });
});
