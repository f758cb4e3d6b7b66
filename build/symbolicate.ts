/**
 * Replaces the positions in the built function that a text from its log names by those in the
 * sources: `npm run --silent symbolicate < log.json`, in a checkout of the version that is deployed.
 */

import { readFile } from 'node:fs/promises';
import { SourceMap } from 'node:module';
import { join, relative, resolve } from 'node:path';
import { text } from 'node:stream/consumers';

const directory = resolve('dist/build');
const maps = new Map<string, SourceMap | undefined>();

/** The map of one of the function's files; undefined for a file that this version does not have. */
async function mapOf(file: string): Promise<SourceMap | undefined> {
  if (!maps.has(file)) {
    const json = await readFile(join(directory, `${file}.map`), 'utf8').catch(() => undefined);
    maps.set(file, json === undefined ? undefined : new SourceMap(JSON.parse(json)));
  }
  return maps.get(file);
}

// Only frames of the function: Lambda's runtime and layers have files of that name too.
const position =
  /(?:file:\/\/)?(?:\/var\/task|[\w/.:-]*\/dist\/lambda)\/([\w-]+\.mjs):(\d+):(\d+)/g;
const log = await text(process.stdin);
const files = new Set([...log.matchAll(position)].map(([, file = '']) => file));
await Promise.all([...files].map(mapOf));
process.stdout.write(
  log.replaceAll(position, (built: string, file: string, line: string, column: string) => {
    const entry = maps.get(file)?.findEntry(Number(line) - 1, Number(column) - 1);
    if (entry === undefined || !('originalSource' in entry)) return built;
    // A line that the map does not have is another version's.
    if (entry.generatedLine !== Number(line) - 1) return built;
    const source = relative('', resolve(directory, entry.originalSource));
    return `${source}:${entry.originalLine + 1}:${entry.originalColumn + 1}`;
  }),
);
