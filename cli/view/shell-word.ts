/**
 * Quotes any text for a POSIX shell or fish, where a backslash escapes within quotes, too: no quote and
 * no backslash stands within them.
 */
export function quoted(text: string): string {
  return `'${text.replaceAll(/['\\]/g, (character) => `'\\${character}'`)}'`;
}

/** A text as one word of a command that somebody may copy into a shell: quoted, unless it is plain. */
export function shellWord(text: string): string {
  return /^(?!=)[\w./:=@+-]+$/.test(text) ? text : quoted(text);
}
