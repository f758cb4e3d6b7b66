/** Holds a secret so that printing, logging or serialising it shows nothing. */
export class Sensitive {
  readonly #value: string;

  constructor(value: string) {
    this.#value = value;
  }

  /** The secret itself, for the one place that sends or stores it. */
  reveal(): string {
    return this.#value;
  }

  toString(): string {
    return '[redacted]';
  }

  toJSON(): string {
    return '[redacted]';
  }
}

export function revealAll(secrets: readonly Sensitive[]): readonly string[] {
  return secrets.map((secret) => secret.reveal());
}
