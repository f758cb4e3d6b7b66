import { execFileSync } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it, onTestFinished } from 'vitest';

const root = fileURLToPath(new URL('..', import.meta.url));
const read = (file: string): string => readFileSync(`${root}${file}`, 'utf8');

interface Locked {
  readonly version?: string;
  readonly integrity?: string;
  readonly resolved?: string;
  readonly link?: boolean;
  readonly hasInstallScript?: boolean;
  readonly inBundle?: boolean;
  readonly bundleDependencies?: readonly string[];
  readonly name?: string;
  readonly dependencies?: Readonly<Record<string, string>>;
}

const locked: Readonly<Record<string, Locked>> = JSON.parse(read('package-lock.json')).packages;

it('locks packages without the address of a registry', () => {
  const installed = Object.values(locked).filter(({ link }) => link !== true);
  expect(installed.filter(({ resolved }) => resolved !== undefined)).toEqual([]);
  const links = Object.values(locked).filter(({ link }) => link === true);
  expect(links.map(({ resolved }) => resolved)).toEqual(['node']);
});

it('locks every package by its integrity, also the binary of Node.js', () => {
  const installed = Object.entries(locked).filter(
    ([path, { link, inBundle }]) => path.includes('node_modules/') && !link && !inBundle,
  );
  expect(installed.filter(([, { integrity }]) => !/^sha512-/.test(integrity ?? ''))).toEqual([]);
  const { optionalDependencies } = JSON.parse(read('node/package.json'));
  const platforms = Object.entries(optionalDependencies as Record<string, string>);
  expect(platforms.length).toBeGreaterThan(1);
  for (const [name, version] of platforms) {
    expect(locked[`node_modules/${name}`]).toMatchObject({ version });
  }
});

it('leaves the integrity of a package to another one only where that brings it along', () => {
  const brought = Object.entries(locked).filter(([, { inBundle }]) => inBundle === true);
  expect(brought.length).toBeGreaterThan(0);
  const stray = brought.filter(([path]) => {
    const owner = path.split('/node_modules/')[0] ?? '';
    return !(path.includes('/node_modules/') && locked[owner]?.bundleDependencies?.length);
  });
  expect(stray).toEqual([]);
});

it('locks every package under its own name, which is the one that is imported', () => {
  const renamed = Object.entries(locked).filter(
    ([path, { name }]) => path.includes('node_modules/') && name !== undefined,
  );
  expect(renamed).toEqual([]);
});

it('takes packages from npm alone: from no repository, file or server that a range may name', () => {
  const kinds = ['dependencies', 'devDependencies', 'optionalDependencies', 'peerDependencies'];
  const ranges = Object.values(locked).flatMap((each) =>
    kinds.flatMap((kind) => Object.values({ ...each[kind as 'dependencies'] })),
  );
  expect(ranges.length).toBeGreaterThan(100);
  expect(ranges.filter((range) => /[:/]/.test(range) || !/[\d*]/.test(range))).toEqual([]);
});

it('has an install script in esbuild alone', () => {
  const scripted = Object.entries(locked).filter(([, each]) => each.hasInstallScript === true);
  expect(scripted.map(([path]) => path)).toEqual(['node_modules/esbuild']);
});

it('has installed no install script that the lock file does not tell of', () => {
  const installed = Object.entries(locked).filter(
    ([path, { link }]) => path.includes('node_modules/') && !link && existsSync(`${root}${path}`),
  );
  expect(installed.length).toBeGreaterThan(100);
  const scripted = installed.filter(([path]) => {
    const { scripts = {} } = JSON.parse(read(`${path}/package.json`));
    const runs = ['preinstall', 'install', 'postinstall'].some((name) => name in scripts);
    return runs || existsSync(`${root}${path}/binding.gyp`);
  });
  expect(scripted.map(([path]) => path)).toEqual(['node_modules/esbuild']);
});

it('runs no install script, which could fetch what is not locked', () => {
  const scripted = Object.entries(locked).flatMap(([path, { hasInstallScript }]) =>
    hasInstallScript === true ? [path.replace(/^.*node_modules\//, '')] : [],
  );
  const { allowScripts } = JSON.parse(read('package.json'));
  expect(allowScripts).toEqual(Object.fromEntries(scripted.map((name) => [name, false])));
});

it('tests the package on the lowest CDK that it accepts, and on the newest that is locked', () => {
  const { peerDependencies } = JSON.parse(read('package.json'));
  const versionsOf = (app: string): Readonly<Record<string, string>> =>
    JSON.parse(read(`test/package/apps/${app}/package.json`)).dependencies;
  for (const name of ['aws-cdk-lib', 'constructs']) {
    expect(`^${versionsOf('lowest')[name]}`).toBe(peerDependencies[name]);
    expect(versionsOf('newest')[name]).toBe(locked[`node_modules/${name}`]?.version);
  }
  // Renovate would ignore everything in test/ by default, and must leave the lowest as they are.
  const { ignorePaths } = JSON.parse(read('renovate.json'));
  const ours = ignorePaths.filter((path: string) => path.includes('test/'));
  expect(ours).toEqual(['test/package/apps/lowest/**']);
});

it('runs the tests on the Node.js version that the stack deploys', () => {
  expect(process.versions.node).toMatch(/^24\./);
  const { optionalDependencies } = JSON.parse(read('node/package.json'));
  const versions = new Set(Object.values(optionalDependencies as Record<string, string>));
  expect([...versions].map((version) => version.split('.')[0])).toEqual(['24']);
  expect(read('infra/rotator-function.ts')).toContain('Runtime.NODEJS_24_X');
});

it('explains each bundled package and each runtime dependency in ARCHITECTURE.md', () => {
  const { dependencies = {} }: { dependencies?: Record<string, string> } = JSON.parse(
    read('package.json'),
  );
  const named = ['core', 'lambda', 'cli', 'console', 'emulators', 'local']
    .flatMap((part) =>
      readdirSync(`${root}${part}`, { recursive: true, encoding: 'utf8' }).map(
        (file) => `${part}/${file}`,
      ),
    )
    .filter((file) => /\.tsx?$/.test(file))
    .flatMap((file) => [...read(file).matchAll(/ from '((?:@[\w-]+\/)?[a-z][\w:.-]*)/g)])
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

it('packs none of the files that work leaves beside the documents and the examples', () => {
  const copy = mkdtempSync(join(tmpdir(), 'strays-'));
  onTestFinished(() => rmSync(copy, { recursive: true }));
  for (const file of ['package.json', 'docs', 'examples']) {
    cpSync(join(root, file), join(copy, file), { recursive: true });
  }
  const strays = [
    'docs/.env',
    'docs/credential.json',
    'docs/copy/notes.md',
    'docs/notes.md',
  ].concat(
    ['.env', '.npmrc', 'credential.json', 'ims-token-rotator.json', 'cdk.out/manifest.json']
      .concat(['cdk.context.json', 'terraform.tfstate', 'terraform.tfvars', 'lib/.env'])
      .concat([
        '.terraform/modules.json',
        'node_modules/some/index.ts',
        'override.tf',
        'lib/mine.ts',
      ])
      .map((name) => `examples/terraform/${name}`),
    ['examples/mine/README.md', 'examples/mine/bin/app.ts'],
  );
  for (const stray of strays) {
    mkdirSync(join(copy, dirname(stray)), { recursive: true });
    writeFileSync(join(copy, stray), 'secret');
  }
  const options = ['pack', '--dry-run', '--json', '--ignore-scripts'];
  const [packed] = JSON.parse(execFileSync('npm', options, { cwd: copy, encoding: 'utf8' }));
  const paths: readonly string[] = packed.files.map(({ path }: { path: string }) => path);
  const tracked = execFileSync('git', ['ls-files', 'docs', 'examples'], {
    cwd: root,
    encoding: 'utf8',
  });
  expect(new Set(paths)).toEqual(new Set(['package.json', ...tracked.trim().split('\n')]));
});
