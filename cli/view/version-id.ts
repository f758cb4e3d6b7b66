import { foreignWord } from './shell-word.ts';

/**
 * The id of a secret's version in a sentence, as one word. Whoever may store a version chooses its id, which
 * may be a sentence of their own.
 */
export function showVersion(id: string): string {
  return id.replaceAll(/[^\w./:=+@-]+/g, '_');
}

/**
 * The option of `leaked`. By it, a repeated command replaces nothing but that version, whatever is stored by then. Without it, the command
 * could delete what a colleague has stored: where it is not known, people have to fill it in.
 */
export function ofVersion(versionId = ''): string {
  return ` --version-id ${foreignWord(versionId, 'VERSION_THAT_LEAKED')}`;
}
