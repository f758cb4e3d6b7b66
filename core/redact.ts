// Words like projectedProductContext stay readable: a random string has a digit.
const tokenShaped = /(?=[A-Za-z_-]*\d)[A-Za-z0-9_-]{16,}(\.[A-Za-z0-9_-]*)*/g;

/**
 * Makes a remote text fit for a log: at most 200 characters, one line, without the given secrets and
 * without anything long enough to be one.
 */
export function redact(text: string, secrets: readonly string[]): string {
  const known = secrets
    .filter((secret) => secret !== '')
    .flatMap((secret) => [secret, encodeURIComponent(secret)]);
  const clean = known.reduce((rest, secret) => rest.replaceAll(secret, '[redacted]'), text);
  // Cut before the search, which takes time quadratic in a word's length.
  const line = clean
    .slice(0, 1_000)
    .replaceAll(tokenShaped, '[redacted]')
    .replaceAll(/[^\x20-\x7e]+/g, ' ');
  return line.length > 200 ? `${line.slice(0, 199)}…` : line;
}
