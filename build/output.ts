import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';

/** The contents of every file that is built, by its absolute path. */
export type Output = Map<string, string | Uint8Array>;

/**
 * Makes the directories of the output hold exactly the output. Only what has changed is replaced,
 * each file at once: other processes may be running from them.
 */
export async function writeOutput(output: Output): Promise<void> {
  for (const [path, contents] of output) {
    const before = await readFile(path).catch(() => undefined);
    if (before?.equals(Buffer.from(contents))) continue;
    await mkdir(dirname(path), { recursive: true });
    const isProgram = Buffer.from(contents).toString('latin1', 0, 2) === '#!';
    await writeFile(`${path}.new`, contents, { mode: isProgram ? 0o755 : 0o644 });
    await rename(`${path}.new`, path);
  }
  for (const directory of new Set([...output.keys()].map((path) => dirname(path)))) {
    for (const name of await readdir(directory)) {
      const path = join(directory, name);
      if (!output.has(path)) await rm(path, { recursive: true });
    }
  }
}
