import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';

const root = fileURLToPath(new URL('..', import.meta.url));
const read = (file: string): string => readFileSync(`${root}${file}`, 'utf8');

it('locks packages without the address of a registry', () => {
  const lock: { packages: Record<string, { resolved?: string }> } = JSON.parse(
    read('package-lock.json'),
  );
  expect(Object.values(lock.packages).filter(({ resolved }) => resolved !== undefined)).toEqual([]);
});

it('runs the tests on the Node.js version that the stack deploys', () => {
  expect(process.versions.node).toMatch(/^24\./);
  expect(read('infra/rotator-function.ts')).toContain('Runtime.NODEJS_24_X');
});

it('explains each bundled package and each runtime dependency in ARCHITECTURE.md', () => {
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

it('tracks no build output', () => {
  const tracked = execFileSync('git', ['ls-files', 'dist', 'cdk.out', 'node_modules', 'coverage'], {
    cwd: root,
    encoding: 'utf8',
  });
  expect(tracked).toBe('');
});
