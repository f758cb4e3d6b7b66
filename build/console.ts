import { readFile } from 'node:fs/promises';
import { basename, resolve } from 'node:path';
import { promisify } from 'node:util';
import { brotliCompress, constants, gzip } from 'node:zlib';
import { build, type Metafile } from 'esbuild';
import type { Output } from './output.ts';
import { runbookOf } from './runbook.ts';

const directory = 'dist/console';

/** The page of the console. Each file is compressed here, once, so that no request has to wait. */
export async function bundleConsole(output: Output): Promise<Metafile> {
  const { outputFiles, metafile } = await build({
    entryPoints: { console: 'console/main.tsx' },
    outdir: directory,
    bundle: true,
    minify: true,
    splitting: true,
    format: 'esm',
    platform: 'browser',
    target: 'es2023',
    chunkNames: 'part-[hash]',
    tsconfig: 'console/tsconfig.json',
    legalComments: 'none',
    logLevel: 'warning',
    write: false,
    metafile: true,
  });
  const styles = await build({
    entryPoints: { console: 'console/console.css' },
    outdir: directory,
    bundle: true,
    minify: true,
    logLevel: 'warning',
    write: false,
  });
  const files = new Map<string, string | Uint8Array>([
    ...[...outputFiles, ...styles.outputFiles].map(
      ({ path, contents }) => [basename(path), contents] as const,
    ),
    ['index.html', await readFile('console/index.html')],
    ['icon.svg', await readFile('console/icon.svg')],
    ['runbook.json', JSON.stringify(runbookOf(await readFile('docs/runbook.md', 'utf8')))],
  ]);
  for (const [name, contents] of files) {
    const path = resolve(directory, name);
    output.set(path, contents);
    output.set(`${path}.br`, await brotli(contents));
    output.set(`${path}.gz`, await promisify(gzip)(contents, { level: 9 }));
  }
  return metafile;
}

function brotli(contents: string | Uint8Array): Promise<Uint8Array> {
  const params = {
    [constants.BROTLI_PARAM_QUALITY]: constants.BROTLI_MAX_QUALITY,
    [constants.BROTLI_PARAM_MODE]: constants.BROTLI_MODE_TEXT,
  };
  return promisify(brotliCompress)(contents, { params });
}
