import * as v from 'valibot';
import { type EpochSeconds, epochSeconds, formatInstant } from './instant.ts';
import type { Observation } from './observation.ts';
import { type Naming, nameOfArn, parseSecretName } from './secret-name.ts';
import { Sensitive } from './sensitive.ts';
import { decodePendingToken, type PendingToken } from './stored-token.ts';
import { decodeVersionId } from './version-id.ts';

/** The steps of Secrets Manager's rotation, in their order. */
const steps = ['createSecret', 'setSecret', 'testSecret', 'finishSecret'] as const;

export type RotationStep = (typeof steps)[number];

/** One step of the rotation of one token secret. */
export interface Rotation {
  readonly credential: string;
  readonly step: RotationStep;
  /** The token secret's ARN. */
  readonly secretId: string;
  /** The version that the rotation makes. */
  readonly versionId: string;
  /** Given back to Secrets Manager with the value, for a rotation through another role. */
  readonly rotationToken?: Sensitive;
}

/**
 * Secrets Manager's event of one step. Unlike those of callers it may have further fields: AWS has
 * added one before.
 *
 * @see https://docs.aws.amazon.com/secretsmanager/latest/userguide/rotate-secrets_lambda-functions.html
 */
export function rotationEvent(naming: Naming) {
  return v.pipe(
    v.object({
      Step: v.picklist(steps, `must be one of ${steps.join(', ')}`),
      SecretId: v.pipe(v.string('must be the ARN of a token secret'), tokenSecret(naming)),
      ClientRequestToken: v.pipe(
        v.string('must be a version id'),
        v.regex(/^[\x21-\x7e]{32,64}$/, 'must be a version id of 32 to 64 characters'),
        v.check(isForeign, 'must not be of the form that the rotator gives its own versions'),
      ),
      RotationToken: v.nullish(v.string('must be text')),
    }),
    v.transform(
      ({ Step, SecretId, ClientRequestToken, RotationToken }): Rotation => ({
        ...SecretId,
        step: Step,
        versionId: ClientRequestToken,
        ...(typeof RotationToken === 'string'
          ? { rotationToken: new Sensitive(RotationToken) }
          : {}),
      }),
    ),
  );
}

function tokenSecret(naming: Naming) {
  return v.rawTransform<string, Pick<Rotation, 'credential' | 'secretId'>>(
    ({ dataset: { value: secretId }, addIssue, NEVER }) => {
      const { prefix } = naming;
      const own = parseSecretName(prefix, nameOfArn(secretId) ?? '');
      if (own?.kind === 'token') return { credential: own.credential, secretId };
      const elsewhere = [...naming.clientSecrets].find(([, arn]) => arn === secretId);
      const credential = elsewhere?.[0] ?? own?.credential;
      addIssue({
        message:
          credential === undefined
            ? `must be the ARN of a token secret under ${prefix}/; correct the secret that is rotated by this function`
            : `is that of the client secret of ${credential}, which this function does not rotate; ` +
              `switch its rotation off, and rotate ${prefix}/${credential}/token`,
      });
      return NEVER;
    },
  );
}

/** An id that reads as one of the rotator's own would be believed without a look at the value. */
function isForeign(versionId: string): boolean {
  return decodeVersionId(versionId, epochSeconds(Number.MAX_SAFE_INTEGER)) === undefined;
}

/**
 * What is in a pending version: a token that may become AWSCURRENT, or why it never can, as a
 * version's value does not change.
 *
 * @param current the token that it is to replace
 */
export function judgePending(
  secretString: string,
  current: Observation['token'],
  now: EpochSeconds,
): { readonly token: PendingToken } | { readonly stale: string } {
  const token = decodePendingToken(secretString, now);
  if (token === undefined) return { stale: 'holds no token of the rotator' };
  const expiry = formatInstant(token.expiresAt);
  if (token.expiresAt <= now) return { stale: `holds a token that expired at ${expiry}` };
  if (typeof current === 'object' && token.expiresAt <= current.expiresAt) {
    const stored = formatInstant(current.expiresAt);
    return {
      stale: `holds a token that expires at ${expiry}, not later than the current one (${stored})`,
    };
  }
  return { token };
}
