import { expect } from 'vitest';

const runLength = 12;

type Form = (text: string) => string;

const letters: Form = (text) => text.toLowerCase().replaceAll(/[^a-z0-9]/g, '');

/** The forms in which a secret may show, each with how the text is compared. */
const forms: readonly (readonly [form: Form, compared: Form])[] = [
  [String, String],
  [encodeURIComponent, String],
  [(secret) => new URLSearchParams({ a: secret }).toString().slice(2), String],
  [(secret) => Buffer.from(secret).toString('base64'), String],
  [(secret) => Buffer.from(secret).toString('base64url'), String],
  [(secret) => JSON.stringify(secret).slice(1, -1), String],
  [(secret) => [...secret].map((one) => `&#${one.charCodeAt(0)};`).join(''), String],
  // In another case, or split by anything else.
  [letters, letters],
];

/** Fails if a text holds any 12 consecutive characters of a secret, plain, encoded or escaped. */
export function expectNoSecrets(text: string, secrets: readonly string[]): void {
  const texts = new Map(forms.map(([, compared]) => [compared, compared(text)]));
  for (const secret of secrets) {
    for (const [form, compared] of forms) {
      const hidden = form(secret);
      for (let start = 0; start + runLength <= hidden.length; start += 1) {
        const run = hidden.slice(start, start + runLength);
        // The message leaves out the characters: a failing test must not print them either.
        if (texts.get(compared)?.includes(run))
          expect.fail(`the text shows a secret from its character ${start}`);
      }
    }
  }
}
