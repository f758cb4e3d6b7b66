import { expect } from 'vitest';
import { encodings } from './encodings.ts';

const runLength = 12;

type Form = (text: string) => string;

const letters: Form = (text) => text.toLowerCase().replaceAll(/[^a-z0-9]/g, '');

const escaped: Form = (text) => JSON.stringify(text).slice(1, -1);

/** The forms in which a secret may show, each with how the text is compared. */
const forms: readonly (readonly [form: Form, compared: Form])[] = [
  [String, String],
  // As it is, and in a line of JSON.
  ...Object.values(encodings).flatMap((encode): [Form, Form][] => [
    [encode, String],
    [(secret) => escaped(encode(secret)), String],
  ]),
  // In another case, or split by anything else.
  [letters, letters],
];

/** Fails if a text holds any 12 consecutive characters of a secret, plain, encoded or escaped. */
export function expectNoSecrets(text: string, secrets: readonly string[]): void {
  const runs = new Map(
    [String, letters].map((compared) => [compared as Form, new Set(runsOf(compared(text)))]),
  );
  for (const [position, secret] of secrets.entries()) {
    for (const [index, [form, compared]] of forms.entries()) {
      const start = runsOf(form(secret)).findIndex((run) => runs.get(compared)?.has(run));
      // The message leaves out the characters: a failing test must not print them either.
      const where = `from its character ${start}, in the form ${index} of the secret ${position}`;
      if (start >= 0) expect.fail(`the text shows a secret ${where}`);
    }
  }
}

function runsOf(text: string): readonly string[] {
  const count = Math.max(0, text.length - runLength + 1);
  return Array.from({ length: count }, (_, start) => text.slice(start, start + runLength));
}
