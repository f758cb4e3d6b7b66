import type { EventPattern } from 'aws-cdk-lib/aws-events';

/** Matches the event of a new current version of the secrets that `detail` selects. */
export function currentVersionStored(detail: Readonly<Record<string, string[]>>): EventPattern {
  return {
    source: ['aws.secretsmanager'],
    detailType: ['Secret Label Updated'],
    detail: { labelUpdated: ['AWSCURRENT'], ...detail },
  };
}
