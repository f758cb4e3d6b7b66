import { holdsClientSecret } from './contract.ts';
import { echoes, longestText } from './echo.ts';
import { looksSecret } from './field-names.ts';

const redacted = '[redacted]';

const longestLine = 200;
// In the name of an error that ends as they do.
const mostDigits = 3;
const longestId = 128;

const word = /[A-Za-z0-9_-]{16,}(?:\.[A-Za-z0-9_-]*)*/g;

/**
 * Makes a remote text fit for a log: at most 200 characters in one line. A text that repeats a
 * secret is dropped as a whole, and so is each word that is long enough to be another one.
 *
 * @param secrets everything secret that the other side knows
 */
export function redact(text: string, secrets: readonly string[]): string {
  const read = text.slice(0, longestText);
  if (echoes(read, secrets)) return redacted;
  const line = read
    // Words like projectedProductContext stay readable: a random string has a digit.
    .replaceAll(word, (match) => (/\d/.test(match) ? redacted : match))
    .replaceAll(/[^\x20-\x7e]+/g, ' ');
  return line.length > longestLine ? `${line.slice(0, longestLine - 1)}…` : line;
}

/**
 * The same for a remote identifier, which may be as long and random as a secret. Client secrets in
 * the form of Adobe's are recognised whosever they are.
 */
export function redactId(id: string, secrets: readonly string[]): string {
  const read = id.slice(0, longestId);
  if (!/^[\x20-\x7e]*$/.test(read) || holdsClientSecret(read) || echoes(read, secrets)) {
    return redacted;
  }
  return read;
}

/** The same for the name of an error; undefined for anything else than a name. */
export function redactName(name: string, secrets: readonly string[]): string | undefined {
  if (!/^[A-Za-z][A-Za-z0-9_]{0,99}$/.test(name) || echoes(name, secrets)) return undefined;
  const isUsual = /(?:Exception|Error|Fault|Failure)$/.test(name);
  const isRandom = isUsual ? name.replaceAll(/\D/g, '').length > mostDigits : looksSecret(name);
  return isRandom ? undefined : name;
}
