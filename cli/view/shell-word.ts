/**
 * Quotes any text for a POSIX shell or fish, where a backslash escapes within quotes, too: no quote and
 * no backslash stands within them.
 */
export function quoted(text: string): string {
  return `'${text.replaceAll(/['\\]/g, (character) => `'\\${character}'`)}'`;
}

/** A text as one word of a command that somebody may copy into a shell: quoted, unless it is plain. */
export function shellWord(text: string): string {
  return isPlain(text) ? text : quoted(text);
}

/**
 * A text that somebody else may have chosen, as one word of a printed command. Quotes do not hold it in
 * every shell (PowerShell's know no backslash), so anything that is not plain becomes a placeholder, for example
 * `VERSION`.
 */
export function foreignWord(text: string, placeholder: string): string {
  return isPlain(text) ? text : placeholder;
}

function isPlain(text: string): boolean {
  return /^(?![=@-])[\w./:=@+-]+$/.test(text);
}
