import { CloudTrailClient } from '@aws-sdk/client-cloudtrail';
import { expect, it, onTestFinished, vi } from 'vitest';
import { Account } from '../../cli/aws/account.ts';
import { Metrics } from '../../cli/aws/metrics.ts';
import { clientConfig } from '../../cli/aws/network.ts';
import { SecretVersions } from '../../cli/aws/secret-versions.ts';
import { lookUpEvents } from '../../cli/aws/trail.ts';
import { HttpServer, json } from '../../emulators/wire/http-server.ts';

const search = {
  attribute: { AttributeKey: 'EventName', AttributeValue: 'PutSecretValue' },
  mostPages: 3,
} as const;

it.each<[string, (signal: AbortSignal) => Promise<unknown>]>([
  ['schedules', (signal) => new Account(signal).schedulesOf('arn:aws:lambda:x')],
  ['rules that mute an alarm', (signal) => new Metrics(signal).muteRulesOf('failing')],
  ['events', (signal) => lookUpEvents(new CloudTrailClient(clientConfig()), search, signal)],
  ['versions of a secret', (signal) => new SecretVersions(signal).list('arn:aws:secretsmanager:x')],
])('a list of %s that does not end is an error', async (_, list) => {
  let pages = 0;
  const server = new HttpServer(() => {
    pages += 1;
    const fromAws = { 'x-amzn-requestid': `page ${pages}` };
    return json(200, pages > 9 ? {} : { NextToken: 'again' }, fromAws);
  });
  await server.start();
  onTestFinished(() => server.stop());
  vi.stubEnv('AWS_ENDPOINT_URL', server.url);
  vi.stubEnv('AWS_REGION', 'us-east-1');
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'operator');
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'operator');
  await expect(list(new AbortController().signal)).rejects.toMatchObject({
    code: 'ERR_AWS_UNAVAILABLE',
    message: 'AWS sends the same page of a list again and again',
  });
});
