/**
 * Replaces the positions in the built function that a text from its log names by those in the
 * sources: `npm run --silent symbolicate < log.json`, in a checkout of the version that is deployed.
 */

import { readFile } from 'node:fs/promises';
import { SourceMap } from 'node:module';
import { relative, resolve } from 'node:path';
import { text } from 'node:stream/consumers';

const file = resolve('dist/build/lambda.mjs.map');
const map = new SourceMap(JSON.parse(await readFile(file, 'utf8')));

// Only frames of the function: Lambda's runtime and layers have files of that name too.
const position = /(?:file:\/\/)?(?:\/var\/task|[\w/.:-]*\/dist\/lambda)\/index\.mjs:(\d+):(\d+)/g;
const log = await text(process.stdin);
process.stdout.write(
  log.replaceAll(position, (built: string, line: string, column: string) => {
    const entry = map.findEntry(Number(line) - 1, Number(column) - 1);
    // A line that the map does not have is another version's.
    if (!('originalSource' in entry) || entry.generatedLine !== Number(line) - 1) return built;
    const source = relative('', resolve('dist/build', entry.originalSource));
    return `${source}:${entry.originalLine + 1}:${entry.originalColumn + 1}`;
  }),
);
