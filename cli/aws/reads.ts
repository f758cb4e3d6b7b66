import { CloudTrailClient, LookupEventsCommand } from '@aws-sdk/client-cloudtrail';
import { type EpochSeconds, epochSeconds } from '../../lambda/core/instant.ts';
import { askAws, clientConfig } from './ask.ts';

/** Who read a secret, and when. */
export interface SecretRead {
  readonly principal: string;
  readonly at: EpochSeconds;
}

const reading = new Set(['GetSecretValue', 'BatchGetSecretValue']);

/**
 * The last reads of a secret by each principal, the latest first, as far as CloudTrail's event history
 * of 90 days knows them. It names a secret as its caller did, so it is asked for both spellings.
 *
 * @see https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_LookupEvents.html
 * @throws CliError
 */
export async function lastReads(
  secret: { readonly name: string; readonly arn: string },
  signal: AbortSignal,
): Promise<readonly SecretRead[]> {
  const client = new CloudTrailClient(clientConfig);
  const pages = await Promise.all(
    [secret.arn, secret.name].map((AttributeValue) =>
      askAws('cloudtrail:LookupEvents', undefined, () =>
        client.send(
          new LookupEventsCommand({
            LookupAttributes: [{ AttributeKey: 'ResourceName', AttributeValue }],
            MaxResults: 50,
          }),
          { abortSignal: signal },
        ),
      ),
    ),
  );
  const reads = pages
    .flatMap(({ Events = [] }) => Events)
    .filter(({ EventName = '' }) => reading.has(EventName))
    .map(({ Username, EventTime, CloudTrailEvent }) => ({
      principal: principalOf(CloudTrailEvent) ?? Username ?? 'unknown',
      at: epochSeconds((EventTime?.getTime() ?? 0) / 1000),
    }))
    .sort((one, other) => other.at - one.at);
  return reads.filter(
    ({ principal }, index) => reads.findIndex((read) => read.principal === principal) === index,
  );
}

function principalOf(event: string | undefined): string | undefined {
  try {
    const { userIdentity } = JSON.parse(event ?? '{}') as { userIdentity?: { arn?: string } };
    return userIdentity?.arn;
  } catch {
    return undefined;
  }
}
