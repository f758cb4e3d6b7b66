import { looksSecret } from './field-names.ts';

const path = /^(?:\.{0,2}|~)\/|^[^"'={}\s]*\.[a-z]{2,5}$/i;

/** True for a secret in the place of a file; names of files may have ids in them, too. */
export function isPastedSecret(file: string): boolean {
  return looksSecret(file) && !path.test(file);
}

/** Who owns a file, and who may read it: the part of Node's `Stats` that tells. */
export interface FileOwner {
  readonly mode: number;
  readonly uid: number;
  isFile(): boolean;
}

/**
 * Who else can read a file with a secret; undefined if nobody can.
 *
 * @param ownId the id of the user who runs this, where users have one
 */
export function readersWarning(
  file: string,
  found: FileOwner,
  ownId: number | undefined,
): string | undefined {
  // A pipe keeps nothing, and a device or a folder is to stay as it is.
  if (!found.isFile()) return undefined;
  if ((found.mode & 0o077) !== 0) {
    return `other users of this machine can read ${file}: chmod 600 it, or delete it afterwards`;
  }
  // Root reads everything, also what it does not own.
  const isForeign = found.uid !== 0 && found.uid !== ownId;
  return isForeign
    ? `${file} belongs to another user of this machine, who can read it: delete it afterwards`
    : undefined;
}
