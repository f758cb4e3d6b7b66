import { expect } from 'vitest';

const runLength = 12;

/** Fails if a text holds 12 consecutive characters of a secret, plain, encoded or escaped. */
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
        // The message leaves out the characters: a failing test must not print them either.
        if (text.includes(run)) expect.fail(`the text shows a secret from its character ${start}`);
      }
    }
  }
}
