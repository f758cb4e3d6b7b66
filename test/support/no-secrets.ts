import { expect } from 'vitest';

const runLength = 12;

/** Fails if a text holds any 12 consecutive characters of a secret, plain, encoded or escaped. */
export function expectNoSecrets(text: string, secrets: readonly string[]): void {
  for (const secret of secrets) {
    const forms = [
      secret,
      encodeURIComponent(secret),
      Buffer.from(secret).toString('base64'),
      Buffer.from(secret).toString('base64url'),
      JSON.stringify(secret).slice(1, -1),
    ];
    for (const form of new Set(forms)) {
      for (let start = 0; start + runLength <= form.length; start += 1) {
        const run = form.slice(start, start + runLength);
        // Not the run itself: a failing test must not print it either.
        if (text.includes(run)) expect.fail(`a secret shows at its character ${start}`);
      }
    }
  }
}
