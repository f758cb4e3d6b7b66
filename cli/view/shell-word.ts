/** Quotes any text for a POSIX shell. */
export function quoted(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}

/** A text as one word of a command that somebody may copy into a shell: quoted, unless it is plain. */
export function shellWord(text: string): string {
  return /^[\w./:=@+-]+$/.test(text) ? text : quoted(text);
}
