import { execFile, execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { cliErrorCodes } from '../cli/errors.ts';
import { errorKinds } from '../core/errors.ts';
import { alarmsOf } from './infra/alarm-evaluator.ts';
import { monitoredTemplate } from './infra/monitored-stack.ts';

const root = fileURLToPath(new URL('..', import.meta.url));
const read = (file: string): string => readFileSync(`${root}${file}`, 'utf8');
const runbook = read('docs/runbook.md');

it('locks no download address of a registry', () => {
  const lock: { packages: Record<string, { resolved?: string }> } = JSON.parse(
    read('package-lock.json'),
  );
  expect(Object.values(lock.packages).filter(({ resolved }) => resolved !== undefined)).toEqual([]);
});

it('runs on the Node.js that the stack deploys', () => {
  expect(process.versions.node).toMatch(/^24\./);
  expect(read('infra/rotator-function.ts')).toContain('Runtime.NODEJS_24_X');
});

it('says why each package of the bundles and each runtime dependency is there', () => {
  const { dependencies = {} }: { dependencies?: Record<string, string> } = JSON.parse(
    read('package.json'),
  );
  const named = ['core', 'lambda', 'cli', 'emulators', 'local']
    .flatMap((part) =>
      readdirSync(`${root}${part}`, { recursive: true, encoding: 'utf8' }).map(
        (file) => `${part}/${file}`,
      ),
    )
    .filter((file) => file.endsWith('.ts'))
    .flatMap((file) => [...read(file).matchAll(/ from '((?:@[^/']+\/)?[^./'][^/']*)/g)])
    .map(([, name = '']) => name)
    .filter((name) => !name.startsWith('node:'));
  const [, table = ''] =
    /^## Dependencies at run time\n(.*?)^## /ms.exec(read('ARCHITECTURE.md')) ?? [];
  const cells = [...table.matchAll(/^\| (`[^|]+) \|/gm)].map(([, cell = '']) => cell);
  const explained = cells.flatMap((cell) => cell.replaceAll('`', '').split(', '));
  expect(new Set(explained)).toEqual(new Set([...named, ...Object.keys(dependencies)]));
});

describe('the runbook', () => {
  const chapters = sectionsOf(runbook, '##');
  const chapter = (title: string): Map<string, string> =>
    sectionsOf(chapters.get(title) ?? '', '###');
  const alarms = chapter('Alarms');
  const ofRotator = chapter('Error codes of the rotator');
  const ofCommandLine = chapter('Error codes of the command line');

  it('has a section for each alarm, and for nothing else', () => {
    const named = alarmsOf(monitoredTemplate()).map(
      ({ AlarmDescription: text }) => /docs\/runbook\.md: "(.+)"\.$/.exec(text)?.[1],
    );
    expect(named.length).toBeGreaterThan(5);
    expect(new Set(alarms.keys())).toEqual(new Set(named));
  });

  it('has a section for each error code, and for nothing else', () => {
    expect([...ofRotator.keys()]).toEqual(Object.keys(errorKinds));
    expect([...ofCommandLine.keys()]).toEqual([...cliErrorCodes]);
  });

  it('says in each section how long there is, and what to run', () => {
    for (const [title, text] of [...alarms, ...ofRotator, ...ofCommandLine]) {
      expect(text, title).toMatch(/^\*\*Time:\*\* ./m);
      expect(text, title).toMatch(/^ *```sh$/m);
    }
  });

  it('says of each error code who acts, as the log does', () => {
    for (const [code, { actor }] of Object.entries(errorKinds)) {
      const said = actor === 'nobody' ? actor : `the ${actor}`;
      const text = ofRotator.get(code)?.replaceAll(/\s+/g, ' ');
      expect(text, code).toContain(`**Who acts:** ${said}`);
    }
  });

  it('has no link to a section that is not there', () => {
    const titles = [...runbook.matchAll(/^#+ (.+)$/gm)].map(([, title = '']) =>
      title.toLowerCase().replaceAll(' ', '-'),
    );
    const links = [...runbook.matchAll(/\]\(#([^)]+)\)/g)].map(([, link]) => link);
    expect(links.length).toBeGreaterThan(5);
    for (const link of links) expect(titles).toContain(link);
  });

  it('has only commands and options that there are', async () => {
    const used = commandsOf(runbook);
    expect(used.size).toBeGreaterThan(5);
    const known = await helpOf();
    for (const [command, options] of used) {
      expect(known, command).toMatch(new RegExp(`^ {2}${command} `, 'm'));
      const help = await helpOf(command);
      for (const option of options) {
        expect(help, `${command} ${option}`).toMatch(
          new RegExp(`^ {2}(-[a-z], )?${option}(?![a-z-])`, 'm'),
        );
      }
    }
  });
});

it('names each npm script of the documents', () => {
  const { scripts }: { scripts: Record<string, string> } = JSON.parse(read('package.json'));
  const documents = ['README.md', 'CONTRIBUTING.md', 'docs/runbook.md'].map(read).join('\n');
  const named = [
    ...documents.matchAll(/npm (?:run (?:--silent )?)?(start|test|(?<=run (?:--silent )?)[a-z]+)/g),
  ];
  expect(named.length).toBeGreaterThan(5);
  for (const [, script = ''] of named) expect(Object.keys(scripts)).toContain(script);
});

it('keeps what is built out of the repository', () => {
  const tracked = execFileSync('git', ['ls-files', 'dist', 'cdk.out', 'node_modules', 'coverage'], {
    cwd: root,
    encoding: 'utf8',
  });
  expect(tracked).toBe('');
});

/** The texts below the headings of one level, by heading. */
function sectionsOf(text: string, level: '##' | '###'): Map<string, string> {
  const [, ...parts] = `\n${text}`.split(`\n${level} `);
  return new Map(
    parts.map((part) => {
      const [heading = '', ...lines] = part.split('\n');
      return [heading, lines.join('\n')];
    }),
  );
}

/** The commands of the command line that a document has, each with its options. */
function commandsOf(text: string): Map<string, Set<string>> {
  const used = new Map<string, Set<string>>();
  const joined = text.replaceAll(/ \\\n */g, ' ');
  for (const [, command = '', rest = ''] of joined.matchAll(
    /ims-token-rotator ([a-z][a-z-]*)([^\n`#&|;]*)/g,
  )) {
    const options = rest.match(/(?<= )--[a-z-]+/g) ?? [];
    used.set(command, new Set([...(used.get(command) ?? []), ...options]));
  }
  return used;
}

async function helpOf(...command: readonly string[]): Promise<string> {
  const main = `${root}cli/main.ts`;
  const { stdout } = await promisify(execFile)(process.execPath, [main, ...command, '--help']);
  return stdout;
}
