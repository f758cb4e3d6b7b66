import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { zipSync } from 'fflate';

// As early as a zip file can say, in the time zone of whoever reads it.
const mtime = new Date(1980, 0, 1);
const unix = 3;
const attrs = 0o100_644 << 16;

/** A zip file of the files in a directory. The same files make the same bytes. */
export async function archive(directory: string): Promise<Uint8Array> {
  const names = (await readdir(directory)).sort();
  const files = await Promise.all(
    names.map(async (name) => [name, await readFile(join(directory, name))] as const),
  );
  return zipSync(Object.fromEntries(files), { mtime, os: unix, attrs, level: 9 });
}

/**
 * The name of a zip file, which changes with its content: CloudFormation updates a function when the
 * key of its code changes.
 */
export function archiveName(prefix: string, zip: Uint8Array): string {
  return `${prefix}-${createHash('sha256').update(zip).digest('hex').slice(0, 16)}.zip`;
}
