/** The steps of a rotation, in their order. */
export const rotationSteps = ['createSecret', 'setSecret', 'testSecret', 'finishSecret'] as const;

export type RotationStep = (typeof rotationSteps)[number];

/** The event that a rotation function is called with, once for each step. */
export interface RotationEvent {
  readonly Step: RotationStep;
  readonly SecretId: string;
  readonly ClientRequestToken: string;
  readonly RotationToken: string;
}

/** A rotation function, as Lambda runs it: it fails by rejecting. */
export type RotationFunction = (event: RotationEvent) => Promise<void>;

/** The functions that rotate secrets, by ARN, and the rotations in progress. */
export class Rotations {
  readonly functions = new Map<string, RotationFunction>();
  readonly #running = new Map<string, AbortController>();

  begin(secretArn: string): AbortSignal {
    const running = new AbortController();
    this.#running.set(secretArn, running);
    return running.signal;
  }

  /** Stops a rotation before its next step. */
  cancel(secretArn: string): void {
    this.#running.get(secretArn)?.abort();
    this.#running.delete(secretArn);
  }
}
