import { execFile } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

export const root = fileURLToPath(new URL('../..', import.meta.url));

/** A file of the project, by its path from the root. */
export const read = (file: string): string => readFileSync(join(root, file), 'utf8');

/** The texts below the headings of one level, by heading. */
export function sectionsOf(text: string, level: '##' | '###'): Map<string, string> {
  const [, ...parts] = `\n${text}`.split(`\n${level} `);
  return new Map(
    parts.map((part) => {
      const [heading = '', ...lines] = part.split('\n');
      return [heading, lines.join('\n')];
    }),
  );
}

/** The anchors that GitHub gives to the headings. */
export function anchorsOf(text: string): string[] {
  return [...text.matchAll(/^#+ (.+)$/gm)].map(([, title = '']) =>
    title
      .toLowerCase()
      .replaceAll(/[^\w\- ]/g, '')
      .replaceAll(' ', '-'),
  );
}

/** The first cell of each row of the tables. */
export function firstCells(text: string): string[] {
  return [...text.matchAll(/^\| ((?:\\\||[^|])+) \|/gm)].map(([, cell = '']) => cell);
}

export function quoted(text: string): string[] {
  return [...text.matchAll(/`([^`]+)`/g)].map(([, item = '']) => item);
}

export function jsonOf(text: string): string[] {
  return [...text.matchAll(/^ *```json\n(.*?)^ *```/gms)].map(([, json = '']) => json);
}

export function oneLine(text: string): string {
  return text.replaceAll(/\s+/g, ' ').trim();
}

export function messageOf(work: () => unknown): string {
  try {
    work();
  } catch (error) {
    return error instanceof Error ? error.message : '';
  }
  return '';
}

/** Adds the commands of the command line that a document shows, each with its options. */
export function collectCommands(text: string, used: Map<string, Set<string>>): void {
  const joined = text
    .replaceAll(/ \\\n */g, ' ')
    .replaceAll('npm run --silent rotator --', 'ims-token-rotator');
  for (const [, command = '', rest = ''] of joined.matchAll(
    /ims-token-rotator ([a-z][a-z-]*)([^\n`#&|;)]*)/g,
  )) {
    const options = rest.match(/(?<= )--[a-z-]+/g) ?? [];
    used.set(command, new Set([...(used.get(command) ?? []), ...options]));
  }
}

export async function run(script: string, ...args: readonly string[]): Promise<string> {
  const { stdout } = await promisify(execFile)(process.execPath, [join(root, script), ...args]);
  return stdout;
}

export function helpOf(...command: readonly string[]): Promise<string> {
  return run('cli/main.ts', ...command, '--help');
}

/** The options that a help text lists. */
export function optionsOf(help: string): string[] {
  return [...help.matchAll(/^ {2}(?:-[a-z], )?(--[a-z-]+)/gm)].map(([, option = '']) => option);
}

export function longOptions(text: string): string[] {
  return text.match(/--[a-z-]+/g) ?? [];
}

/** The source texts of a folder. */
export function sourcesIn(folder: string): string {
  const files = readdirSync(join(root, folder)).filter((file) => file.endsWith('.ts'));
  return files.map((file) => read(`${folder}/${file}`)).join('\n');
}
