import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { Output } from './output.ts';

const relativeImport = / from '\.\/([\w-]+)\.ts'/g;

/** Adds the declarations that the entry points of the construct and of the client need. */
export async function declareTypes(output: Output): Promise<void> {
  const directory = await mkdtemp(join(tmpdir(), 'types-'));
  try {
    const tsc = fileURLToPath(new URL('bin/tsc', import.meta.resolve('typescript/package.json')));
    const options = ['-p', 'tsconfig.build.json', '--outDir', directory];
    await promisify(execFile)(process.execPath, [tsc, ...options]);
    const infra = await reachable(join(directory, 'infra'));
    for (const [name, text] of infra) {
      output.set(resolve(`dist/infra/${name}.d.ts`), importing(text, 'js'));
    }
    // TypeScript reads `.d.ts` as the types of an ES module, and `.d.cts` as those of a CommonJS one.
    for (const [name, text] of await reachable(join(directory, 'client'))) {
      output.set(resolve(`dist/client/${name}.d.ts`), importing(text, 'js'));
      output.set(resolve(`dist/client/${name}.d.cts`), importing(text, 'cjs'));
    }
  } finally {
    await rm(directory, { recursive: true });
  }
}

function importing(declaration: string, extension: 'js' | 'cjs'): string {
  return declaration.replaceAll(relativeImport, ` from './$1.${extension}'`);
}

/** The declarations that those of `index.ts` import, by module, and their own. */
async function reachable(directory: string): Promise<ReadonlyMap<string, string>> {
  const texts = new Map<string, string>();
  const names = new Set(['index']);
  for (const name of names) {
    const text = await readFile(join(directory, `${name}.d.ts`), 'utf8');
    texts.set(name, text);
    for (const [, imported = ''] of text.matchAll(relativeImport)) names.add(imported);
    const [outside] = / from '\.\.\/.*?'/.exec(text) ?? [];
    if (outside !== undefined) throw new Error(`the types of ${name} are not shipped:${outside}`);
  }
  return texts;
}
