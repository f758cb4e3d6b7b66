// The model of Secrets Manager's own rotation, which calls the function four times.
import { largestSkew } from './bounds.ts';
import type { Credential } from './credential.ts';
import { storedFields } from './stored-fields.ts';
import type { World } from './world.ts';

const steps = ['createSecret', 'setSecret', 'testSecret', 'finishSecret'] as const;
const mostTries = 3;

interface Rotating {
  readonly arn: string;
  readonly versionId: string;
  readonly credential: Credential;
  readonly startedAt: number;
  /** When its token became the current one. */
  readonly renewedAt: number;
  /** Nothing but the rotation itself keeps it from its end. */
  canSucceed: boolean;
  /** When it last disturbed the credential itself. */
  touchedAt: number;
}

export class NativeRotation {
  readonly #world: World;

  constructor(world: World) {
    this.#world = world;
  }

  /** @param count of the steps, after which it is abandoned */
  rotate(credential: Credential, count: number): void {
    const canSucceed = count === steps.length && this.#canSucceed(credential);
    const rotating = this.#begin(credential, canSucceed);
    this.#step(rotating, steps.slice(0, count), mostTries, () => this.#end(rotating));
  }

  /** Somebody has stored junk in the version that is rotated into. */
  intoJunk(credential: Credential): void {
    const rotating = this.#begin(credential);
    const { arn, versionId } = rotating;
    this.#world.secretsManager.put(arn, { versionId, value: 'junk', label: 'AWSPENDING' });
    this.#step(rotating, steps, mostTries);
  }

  /** RotateSecret with RotateImmediately=false: one step, with a version that is thrown away after it. */
  schedule(credential: Credential): void {
    const { secretsManager } = this.#world;
    const { current } = credential.tokenSecret;
    const rotating = this.#begin(credential);
    const { arn, versionId } = rotating;
    if (current?.value !== undefined) {
      secretsManager.put(arn, { versionId, value: current.value, label: 'AWSPENDING' });
    }
    this.#step(rotating, ['testSecret'], 1, () => {
      const { tokenSecret } = credential;
      const isHeld = tokenSecret.arn === arn && tokenSecret.holder('AWSPENDING')?.id === versionId;
      if (isHeld) secretsManager.move(arn, 'AWSPENDING', undefined, versionId);
    });
  }

  /** A step for a version that nobody rotates into, or for a secret without a token. */
  stray(credential: Credential): void {
    if (credential.tokenSecret.current === undefined) {
      this.rotate(credential, 1);
      return;
    }
    this.#step(this.#new(credential), ['finishSecret'], 1);
  }

  #new(credential: Credential, canSucceed = false): Rotating {
    const { arn } = credential.tokenSecret;
    const versionId = this.#world.versionId();
    const { now } = this.#world.clock;
    const renewedAt = credential.reign?.startedAt ?? now;
    return { arn, versionId, credential, startedAt: now, renewedAt, canSucceed, touchedAt: now };
  }

  #begin(credential: Credential, canSucceed = false): Rotating {
    const rotating = this.#new(credential, canSucceed);
    this.#world.secretsManager.rotate(rotating.arn, rotating.versionId);
    this.#touch(rotating);
    return rotating;
  }

  #touch(rotating: Rotating): void {
    const { now } = this.#world.clock;
    rotating.touchedAt = now;
    rotating.credential.disturb(now, now);
  }

  /** There is a token to replace, and no reason to refuse another one. */
  #canSucceed(credential: Credential): boolean {
    const { isHealthy, calmSince, forgedToken, tokenSecret, reign } = credential;
    const { clock, invariants } = this.#world;
    const isCalm = calmSince < clock.now - largestSkew;
    const isKnown = forgedToken === undefined && reign !== undefined;
    const hasToken = storedFields(tokenSecret.current?.value) !== undefined;
    return (
      isHealthy && isCalm && isKnown && hasToken && invariants.requests.mayAskAgain(credential)
    );
  }

  /** P2: what a rotation that nothing disturbed leaves. */
  #end({ canSucceed, credential, versionId, startedAt, renewedAt }: Rotating): void {
    const { reign, tokenSecret, isHealthy, plan } = credential;
    const isDone = tokenSecret.current?.id === versionId;
    // A renewal came between, which removes the pending version.
    const isOvertaken = !isDone && (reign?.startedAt ?? startedAt) >= startedAt;
    if (!canSucceed || !isHealthy || isOvertaken) return;
    this.#world.counts.add('premises', 'P2: a rotation of a token that nothing disturbed');
    const isPending = tokenSecret.holder('AWSPENDING') !== undefined;
    // Of two clocks, one may say that the token is older than the current one.
    const isAmbiguous = !isDone && startedAt < renewedAt + largestSkew;
    if ((isDone && !isPending) || isAmbiguous) return;
    const text = isDone ? 'AWSPENDING is left after a rotation' : 'a rotation has failed';
    this.#world.violate('P2', `${text} that nothing disturbed`, plan.name);
  }

  #step(
    rotating: Rotating,
    left: readonly string[],
    tries: number,
    after: () => void = () => undefined,
  ): void {
    const [step, ...others] = left;
    if (step === undefined || tries === 0) {
      after();
      return;
    }
    const { clock, lambda } = this.#world;
    const { arn, versionId, credential } = rotating;
    const event = { Step: step, SecretId: arn, ClientRequestToken: versionId };
    lambda.invoke(event, (isDone) => {
      if (credential.calmSince > rotating.touchedAt) rotating.canSucceed = false;
      this.#touch(rotating);
      if (isDone) clock.after(1, () => this.#step(rotating, others, mostTries, after));
      else clock.after(60, () => this.#step(rotating, left, tries - 1, after));
    });
  }
}
