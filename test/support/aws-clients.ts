import { CloudTrailClient } from '@aws-sdk/client-cloudtrail';
import { CloudWatchClient } from '@aws-sdk/client-cloudwatch';
import { KMSClient } from '@aws-sdk/client-kms';
import { LambdaClient } from '@aws-sdk/client-lambda';
import { SchedulerClient } from '@aws-sdk/client-scheduler';
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { SNSClient } from '@aws-sdk/client-sns';
import { STSClient } from '@aws-sdk/client-sts';
import { onTestFinished } from 'vitest';

/** Real SDK clients with nothing but an endpoint, a Region and dummy keys, for one test. */
export function clientsFor({ url }: { readonly url: string }, accessKeyId = 'AKIDEXAMPLE') {
  const config = {
    endpoint: url,
    region: 'us-east-1',
    credentials: { accessKeyId, secretAccessKey: 'none' },
    maxAttempts: 1,
  };
  const clients = {
    cloudtrail: new CloudTrailClient(config),
    cloudwatch: new CloudWatchClient(config),
    kms: new KMSClient(config),
    lambda: new LambdaClient(config),
    scheduler: new SchedulerClient(config),
    secretsManager: new SecretsManagerClient(config),
    sns: new SNSClient(config),
    sts: new STSClient(config),
  };
  onTestFinished(() => {
    for (const client of Object.values(clients)) client.destroy();
  });
  return clients;
}
