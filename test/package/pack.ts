import { execFile } from 'node:child_process';
import { cp, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { TestProject } from 'vitest/node';
import { root } from '../support/document.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** The path of the packed file. */
    readonly packed: string;
  }
}

/** Packs the project once for all tests of the package, and removes the file after them. */
export async function setup({ provide }: TestProject): Promise<() => Promise<void>> {
  const directory = await mkdtemp(join(tmpdir(), 'packed-'));
  provide('packed', join(directory, await pack(directory)));
  return () => rm(directory, { recursive: true, force: true });
}

/**
 * Packs a copy of this project: in the project itself `prepack` would replace the bundle that other
 * tests are running. The copy is in `dist`, from where Node finds this project's node_modules.
 */
async function pack(destination: string): Promise<string> {
  const copy = await mkdtemp(join(root, 'dist/pack-'));
  try {
    const omitted = new Set(['.git', 'cdk.out', 'coverage', 'dist', 'node_modules']);
    for (const name of await readdir(root)) {
      if (!omitted.has(name)) await cp(join(root, name), join(copy, name), { recursive: true });
    }
    const { stdout } = await promisify(execFile)(
      'npm',
      ['pack', '--json', '--silent', '--offline', '--pack-destination', destination],
      { cwd: copy },
    );
    const [packed] = JSON.parse(stdout) as { filename: string }[];
    if (packed === undefined) throw new Error(`npm pack printed no package: ${stdout}`);
    return packed.filename;
  } finally {
    await rm(copy, { recursive: true });
  }
}
