import { randomUUID } from 'node:crypto';
import type { Secret } from './secret.ts';
import { stageHolder } from './secret.ts';

/**
 * The event that EventBridge delivers when a staging label moves to another version.
 *
 * @see https://docs.aws.amazon.com/secretsmanager/latest/userguide/event-detail-secret-label-updated-secretsmanager.html
 */
export interface SecretLabelUpdated {
  readonly version: '0';
  readonly id: string;
  readonly 'detail-type': 'Secret Label Updated';
  readonly source: 'aws.secretsmanager';
  readonly account: string;
  readonly time: string;
  readonly region: string;
  readonly resources: readonly string[];
  readonly detail: {
    readonly name: string;
    readonly labelUpdated: string;
    readonly versionId: string;
  };
}

/** Receives the event, as the target of an EventBridge rule does. */
export type LabelListener = (event: SecretLabelUpdated) => void | Promise<void>;

const silentLabels = new Set(['AWSPENDING', 'AWSPREVIOUS']);

/** The events of one change: one per moved label, except AWSPENDING and AWSPREVIOUS. */
export function labelEvents(
  before: Secret | undefined,
  after: Secret,
  now: number,
): SecretLabelUpdated[] {
  const [, , , region = '', account = ''] = after.arn.split(':');
  return after.versions.flatMap((version) =>
    version.stages
      .filter((label) => !silentLabels.has(label))
      .filter((label) => stageHolder(before?.versions ?? [], label)?.id !== version.id)
      .map((labelUpdated) => ({
        version: '0',
        id: randomUUID(),
        'detail-type': 'Secret Label Updated',
        source: 'aws.secretsmanager',
        account,
        time: new Date(now).toISOString().replace(/\.\d+Z$/, 'Z'),
        region,
        resources: [after.arn],
        detail: { name: after.name, labelUpdated, versionId: version.id },
      })),
  );
}
