import * as v from 'valibot';
import type { SecretKind } from './contract.ts';
import { type EpochSeconds, epochSeconds, formatInstant } from './instant.ts';
import type { Observation } from './observation.ts';
import { importersOf, type Naming, nameOfArn, parseSecretName } from './secret-name.ts';
import { Sensitive } from './sensitive.ts';
import { decodePendingToken, type PendingToken } from './stored-token.ts';
import { decodeVersionId } from './version-id.ts';

/** The steps of Secrets Manager's rotation, in order. */
const steps = ['createSecret', 'setSecret', 'testSecret', 'finishSecret'] as const;

export type RotationStep = (typeof steps)[number];

/** One step of the rotation of one of a credential's secrets. */
export interface Rotation {
  readonly credential: string;
  /** Which of the two secrets is rotated. */
  readonly kind: SecretKind;
  readonly step: RotationStep;
  /** The secret's ARN. */
  readonly secretId: string;
  /** The version that the rotation creates. */
  readonly versionId: string;
  /** Returned to Secrets Manager with the value, for a rotation through another role. */
  readonly rotationToken?: Sensitive | undefined;
}

/**
 * Secrets Manager's event for one step. Unlike callers' events it may have unknown fields, because
 * AWS has added one before.
 *
 * @see https://docs.aws.amazon.com/secretsmanager/latest/userguide/rotate-secrets_lambda-functions.html
 */
export function rotationEvent(naming: Naming) {
  return v.pipe(
    v.object({
      Step: v.picklist(steps, `must be one of ${steps.join(', ')}`),
      SecretId: v.pipe(v.string('must be the ARN of a secret'), rotatedSecret(naming)),
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
        rotationToken: typeof RotationToken === 'string' ? new Sensitive(RotationToken) : undefined,
      }),
    ),
  );
}

function rotatedSecret(naming: Naming) {
  return v.rawTransform<string, Pick<Rotation, 'credential' | 'kind' | 'secretId'>>(
    ({ dataset: { value: secretId }, addIssue, NEVER }) => {
      const { prefix, clientSecrets } = naming;
      const own = parseSecretName(prefix, nameOfArn(secretId) ?? '');
      // A credential that imports its client secret may have another one under the prefix by accident.
      if (own !== undefined && !(own.kind === 'client' && clientSecrets.has(own.credential))) {
        return { ...own, secretId };
      }
      const [importer] = importersOf(naming, secretId);
      const which =
        importer === undefined
          ? own && `${own.credential} does not use`
          : `${importer} only imports`;
      addIssue({
        message:
          which === undefined
            ? `must be the ARN of a secret under ${prefix}/; correct the secret that is rotated by this function`
            : `is that of a client secret which ${which}, and which this function does not rotate; ` +
              'switch its rotation off',
      });
      return NEVER;
    },
  );
}

/** An id in the rotator's own form would be believed without reading the value. */
function isForeign(versionId: string): boolean {
  return decodeVersionId(versionId, epochSeconds(Number.MAX_SAFE_INTEGER)) === undefined;
}

// Seconds. Clocks and rounding may put two tokens of the same moment in either order.
const sameInstant = 60;

/** The token that a pending version would replace. */
export interface Replaced extends Pick<Observation, 'token' | 'fingerprint'> {
  /** The fingerprint of a token from that version of the client secret; not before finishSecret. */
  readonly mintedFrom?: ((clientSecretVersion: string | undefined) => string) | undefined;
}

/**
 * Judges a pending version: either its token may become AWSCURRENT, or it never can, because a
 * version's value does not change.
 */
export function judgePending(
  secretString: string,
  { token: current, fingerprint, mintedFrom }: Replaced,
  now: EpochSeconds,
): { readonly token: PendingToken } | { readonly stale: string } {
  const token = decodePendingToken(secretString, now);
  if (token === undefined) return { stale: 'holds no token of the rotator' };
  const expiry = formatInstant(token.expiresAt);
  if (token.expiresAt <= now) return { stale: `holds a token that expired at ${expiry}` };
  // A rotation is asked for, so its token may expire earlier; but it must not undo a renewal.
  if (typeof current === 'object' && token.issuedAt < current.issuedAt - sameInstant) {
    const stored = formatInstant(current.issuedAt);
    const issued = formatInstant(token.issuedAt);
    return { stale: `holds a token of ${issued}, older than the current one of ${stored}` };
  }
  // A renewal within the same minute may have been for another credential.
  if (
    mintedFrom !== undefined &&
    typeof current === 'object' &&
    current.fingerprint === fingerprint &&
    mintedFrom(token.clientSecretVersion) !== fingerprint
  ) {
    return { stale: 'holds a token of an earlier client secret than the current one' };
  }
  return { token };
}
