/**
 * The id of a secret's version in a sentence, as one word. Whoever may store a version chooses its id, which
 * may be a sentence of their own.
 */
export function showVersion(id: string): string {
  return id.replaceAll(/[^\w./:=+@-]+/g, '_');
}
