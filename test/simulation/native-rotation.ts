// The model of Secrets Manager's own rotation, which calls the function four times.
import type { Credential } from './credential.ts';
import type { World } from './world.ts';

const steps = ['createSecret', 'setSecret', 'testSecret', 'finishSecret'] as const;
const mostTries = 3;

export class NativeRotation {
  readonly #world: World;

  constructor(world: World) {
    this.#world = world;
  }

  /** @param count of the steps, after which it is abandoned */
  rotate(credential: Credential, count: number): void {
    const versionId = this.#world.versionId();
    const { arn } = credential.tokenSecret;
    this.#world.secretsManager.rotate(arn, versionId);
    credential.disturb(this.#world.clock.now, this.#world.clock.now);
    this.#step({ arn, versionId, credential }, steps.slice(0, count), mostTries);
  }

  /** Somebody has stored junk in the version that is rotated into. */
  intoJunk(credential: Credential): void {
    const versionId = this.#world.versionId();
    const { arn } = credential.tokenSecret;
    this.#world.secretsManager.rotate(arn, versionId);
    this.#world.secretsManager.put(arn, { versionId, value: 'junk', label: 'AWSPENDING' });
    credential.disturb(this.#world.clock.now, this.#world.clock.now);
    this.#step({ arn, versionId, credential }, steps, mostTries);
  }

  /** RotateSecret with RotateImmediately=false: one step, with a version that is thrown away after it. */
  schedule(credential: Credential): void {
    const { secretsManager, clock } = this.#world;
    const versionId = this.#world.versionId();
    const { arn, current } = credential.tokenSecret;
    secretsManager.rotate(arn, versionId);
    if (current?.value !== undefined) {
      secretsManager.put(arn, { versionId, value: current.value, label: 'AWSPENDING' });
    }
    credential.disturb(clock.now, clock.now);
    this.#step({ arn, versionId, credential }, ['testSecret'], 1, () => {
      const { tokenSecret } = credential;
      const isHeld = tokenSecret.arn === arn && tokenSecret.holder('AWSPENDING')?.id === versionId;
      if (isHeld) secretsManager.move(arn, 'AWSPENDING', undefined, versionId);
    });
  }

  /** A step for a version that nobody rotates into, or for a secret without a token. */
  stray(credential: Credential): void {
    const { arn, current } = credential.tokenSecret;
    if (current === undefined) {
      this.rotate(credential, 1);
      return;
    }
    const versionId = this.#world.versionId();
    this.#step({ arn, versionId, credential }, ['finishSecret'], 1);
  }

  #step(
    rotation: { readonly arn: string; readonly versionId: string; readonly credential: Credential },
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
    const { arn, versionId, credential } = rotation;
    const event = { Step: step, SecretId: arn, ClientRequestToken: versionId };
    lambda.invoke(event, (isDone) => {
      credential.disturb(clock.now, clock.now);
      if (isDone) clock.after(1, () => this.#step(rotation, others, mostTries, after));
      else clock.after(60, () => this.#step(rotation, left, tries - 1, after));
    });
  }
}
