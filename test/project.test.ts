import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';

const root = fileURLToPath(new URL('..', import.meta.url));
const read = (file: string): string => readFileSync(`${root}${file}`, 'utf8');

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

it('says why each package of the bundle and each runtime dependency is there', () => {
  const { dependencies = {} }: { dependencies?: Record<string, string> } = JSON.parse(
    read('package.json'),
  );
  const named = readdirSync(`${root}lambda`, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts'))
    .flatMap((file) => [...read(`lambda/${file}`).matchAll(/ from '((?:@[^/']+\/)?[^./'][^/']*)/g)])
    .map(([, name = '']) => name)
    .filter((name) => !name.startsWith('node:'));
  const [, table = ''] =
    /^## Dependencies at run time\n(.*?)^## /ms.exec(read('ARCHITECTURE.md')) ?? [];
  const explained = [...table.matchAll(/^\| `(.+?)` \|/gm)].map(([, name]) => name);
  expect(new Set(explained)).toEqual(new Set([...named, ...Object.keys(dependencies)]));
});

it('has a runbook line in the README for each error code', () => {
  const codes = [...read('lambda/core/errors.ts').matchAll(/^ {2}(ERR_[A-Z_]+):/gm)];
  expect(codes.length).toBeGreaterThan(10);
  const readme = read('README.md');
  for (const [, code] of codes) expect(readme, code).toContain(`| \`${code}\` |`);
});

it('names each npm script of the documents', () => {
  const { scripts }: { scripts: Record<string, string> } = JSON.parse(read('package.json'));
  const documents = ['README.md', 'CONTRIBUTING.md'].map(read).join('\n');
  const named = [...documents.matchAll(/npm (?:run )?(start|test|(?<=run )[a-z]+)/g)];
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
