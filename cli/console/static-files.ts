import { readdir, readFile } from 'node:fs/promises';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { extname, join } from 'node:path';
import { safeHeaders } from './answers.ts';

const isPackaged = import.meta.dirname.endsWith(join('dist', 'cli'));

/** The page's files, as they are built. */
export const builtPage = join(
  import.meta.dirname,
  isPackaged ? '../console' : '../../dist/console',
);

const types: Readonly<Record<string, string>> = {
  '.css': 'text/css; charset=utf-8',
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.json': 'application/json',
  '.svg': 'image/svg+xml',
  '.txt': 'text/plain; charset=utf-8',
};

// The smallest first.
const encodings = [
  ['br', '.br'],
  ['gzip', '.gz'],
] as const;

/** The files of a folder, by their names alone: no path leads out of it. */
export class StaticFiles {
  readonly #files: ReadonlyMap<string, Buffer>;

  private constructor(files: ReadonlyMap<string, Buffer>) {
    this.#files = files;
  }

  /** An absent folder has no files. */
  static async read(folder: string): Promise<StaticFiles> {
    const entries = await readdir(folder, { withFileTypes: true }).catch(() => []);
    const names = entries.filter((entry) => entry.isFile()).map(({ name }) => name);
    const files = names.map(async (name) => [name, await readFile(join(folder, name))] as const);
    return new StaticFiles(new Map(await Promise.all(files)));
  }

  has(name: string): boolean {
    return this.#files.has(name) && types[extname(name)] !== undefined;
  }

  /** Sends a file in the smallest form that the browser accepts. */
  send({ headers }: IncomingMessage, response: ServerResponse, name: string): void {
    const accepted = String(headers['accept-encoding'] ?? '').split(/[\s,;]+/);
    const [encoding, suffix] = encodings.find(
      ([coding, ending]) => accepted.includes(coding) && this.#files.has(name + ending),
    ) ?? [undefined, ''];
    const body = this.#files.get(name + suffix);
    response
      .writeHead(200, {
        ...safeHeaders,
        'content-type': types[extname(name)],
        'content-length': body?.length,
        vary: 'accept-encoding',
        ...(encoding === undefined ? {} : { 'content-encoding': encoding }),
      })
      .end(body);
  }
}
