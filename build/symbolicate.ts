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

const position = /(?:file:\/\/)?[\w/.-]*\bindex\.mjs:(\d+):(\d+)/g;
const log = await text(process.stdin);
process.stdout.write(
  log.replaceAll(position, (built: string, line: string, column: string) => {
    const origin = map.findOrigin(Number(line), Number(column));
    if (!('fileName' in origin)) return built;
    const source = relative('', resolve('dist/build', origin.fileName));
    return `${source}:${origin.lineNumber}:${origin.columnNumber}`;
  }),
);
