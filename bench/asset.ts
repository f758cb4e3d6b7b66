import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { zipSync } from 'fflate';

/** The size of what is deployed. */
export async function assetSize(): Promise<object> {
  const directory = join(import.meta.dirname, '../dist/lambda');
  const names = await readdir(directory);
  const files = names.map(async (name) => [name, await readFile(join(directory, name))] as const);
  const zipped = zipSync(Object.fromEntries(await Promise.all(files)));
  return { bench: 'rotator', case: 'asset, zipped', kilobytes: Math.round(zipped.length / 1000) };
}
