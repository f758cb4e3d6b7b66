import { Token } from 'aws-cdk-lib';
import type { ISecret } from 'aws-cdk-lib/aws-secretsmanager';
import type { IConstruct } from 'constructs';
import { refuse } from './refuse.ts';

/** Some time after 4:00 UTC on the first day of each month. */
export const defaultRotationSchedule = 'cron(0 4 1 * ? *)';

const hour = '(?:1?\\d|2[0-3])';
// Not 29 to 31: Secrets Manager would skip the months without them. `L` is the last day.
const dayOfMonth = '(?:[1-9]|1\\d|2[0-8]|L)';
const monthName = '(?:[1-9]|1[0-2]|JAN|FEB|MAR|APR|MAY|JUN|JUL|AUG|SEP|OCT|NOV|DEC)';
const months = `(?:\\*|${monthName}(?:[,-]${monthName})*|${monthName}/\\d{1,2})`;
const weekday = '(?:[1-7]|SUN|MON|TUE|WED|THU|FRI|SAT)(?:#[1-5]|L)?';

/**
 * One day of a month, or of a week. More often would not do: Adobe keeps two client secrets, and the
 * one that was replaced stays there for a day and until the next renewal.
 *
 * @see https://docs.aws.amazon.com/secretsmanager/latest/userguide/rotate-secrets_schedule.html
 */
export const rotationSchedulePattern = new RegExp(
  `^cron\\(0 ${hour} (?:${dayOfMonth} ${months} \\?|\\? ${months} ${weekday}) \\*\\)$`,
);
export const rotationScheduleRule =
  'a cron expression for a full hour (UTC) on one day of a month or of a week, for example ' +
  `${defaultRotationSchedule} or cron(0 4 ? * MON *); not a rate, which counts from the last ` +
  'change of the value';

export interface ClientSecretRotation {
  readonly clientSecret?: ISecret | undefined;
  readonly clientSecretRotation?: boolean | undefined;
  readonly clientSecretRotationSchedule?: string | undefined;
}

/** Refuses a rotation that cannot work. */
export function checkClientSecretRotation(scope: IConstruct, props: ClientSecretRotation): void {
  const { clientSecret, clientSecretRotation = false, clientSecretRotationSchedule } = props;
  if (clientSecretRotation && clientSecret !== undefined) {
    refuse(
      scope,
      'RotationOfImportedClientSecret',
      'the rotator rotates only the client secrets that it creates: omit clientSecretRotation, or ' +
        'omit clientSecret and store the credential in the secret that is then created',
    );
  }
  if (clientSecretRotationSchedule === undefined) return;
  if (!clientSecretRotation) {
    refuse(
      scope,
      'RotationScheduleAlone',
      'clientSecretRotationSchedule needs clientSecretRotation: true',
    );
  }
  const isKnown = !Token.isUnresolved(clientSecretRotationSchedule);
  if (isKnown && !rotationSchedulePattern.test(clientSecretRotationSchedule)) {
    refuse(
      scope,
      'RotationSchedule',
      `clientSecretRotationSchedule must be ${rotationScheduleRule}; it is ` +
        `"${clientSecretRotationSchedule}"`,
    );
  }
}
