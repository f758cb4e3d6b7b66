import { onTestFinished } from 'vitest';
import { AwsEndpoint, type AwsEndpointOptions } from '../../../emulators/account/aws-endpoint.ts';
import { clientsFor } from '../../support/aws-clients.ts';

/** The instant at which each test's clock stands. */
export const now = Date.UTC(2026, 10, 25, 12);

/** An endpoint for one test, and a real SDK client for each service. */
export async function startAws(options: AwsEndpointOptions = {}) {
  const aws = new AwsEndpoint({ now: () => now, ...options });
  await aws.start();
  onTestFinished(() => aws.stop());
  return { aws, account: aws.account, ...clientsFor(aws) };
}
