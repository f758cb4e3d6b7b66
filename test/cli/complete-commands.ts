import { expect } from 'vitest';

const commands = /(?<![\w/-])(?:ims-token-rotator|aws) [a-z](?:'[^']*'|,(?=\S)|[^;,()\n'])*/g;

/**
 * Each command in a text has to have these options, or it would work elsewhere if it were pasted.
 *
 * @returns the text without them
 */
export function withoutOptions(text: string, options: string): string {
  for (const command of text.match(commands) ?? []) {
    // Its own options say what it works on.
    if (!command.startsWith('aws sso login')) expect(command).toContain(options);
  }
  return text.replaceAll(` ${options}`, '');
}

/** The same for a text that has a command at least. */
export function expectComplete(text: string, options: string): void {
  expect(text).toMatch(commands);
  withoutOptions(text, options);
}
