import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';

const root = fileURLToPath(new URL('../..', import.meta.url));
const run = promisify(execFile);

// jsii compiles against the whole of CDK.
vi.setConfig({ testTimeout: 600_000, hookTimeout: 600_000 });

/** The first whose TypeScript understands the sources. */
const compiler = 'jsii@6.0.16';

interface Assembly {
  readonly types: Readonly<
    Record<string, { readonly name: string; readonly docs?: { readonly summary?: string } }>
  >;
}

let project: string;

beforeAll(async () => {
  const directory = await mkdtemp(join(tmpdir(), 'jsii-'));
  project = join(directory, 'project');
  await stageSources();
  await writeFile(join(project, 'package.json'), JSON.stringify(await manifest()));
  await writeFile(join(project, 'README.md'), '# IMS token rotator\n');
  const tools = join(directory, 'tools');
  await mkdir(tools);
  const flags = ['--no-audit', '--no-fund', '--ignore-scripts'];
  await run('npm', ['install', '--prefix', tools, ...flags, compiler]);
  await run(process.execPath, [join(tools, 'node_modules/jsii/bin/jsii'), '--Werr'], {
    cwd: project,
  }).catch(({ stdout, stderr }: { stdout: string; stderr: string }) => {
    throw new Error(`jsii rejects the construct:\n${stdout}${stderr}`);
  });
});

afterAll(() => rm(join(project, '..'), { recursive: true, force: true }));

/** jsii compiles to CommonJS, and knows neither `.ts` in imports nor `import.meta`. */
async function stageSources(): Promise<void> {
  const infra = (await readdir(join(root, 'infra'))).filter((name) => name.endsWith('.ts'));
  for (const path of ['core/contract.ts', ...infra.map((name) => `infra/${name}`)]) {
    const text = await readFile(join(root, path), 'utf8');
    const staged = text
      .replaceAll(/( from '\.[^']*)\.ts'/g, "$1'")
      .replaceAll('import.meta.dirname', '__dirname');
    expect(staged).not.toContain('import.meta');
    await mkdir(join(project, path, '..'), { recursive: true });
    await writeFile(join(project, path), staged);
  }
  await writeFile(join(project, 'index.ts'), "export * from './infra/index';\n");
  for (const name of ['aws-cdk-lib', 'constructs', 'valibot', '@types', 'undici-types']) {
    await mkdir(join(project, 'node_modules'), { recursive: true });
    await symlink(join(root, 'node_modules', name), join(project, 'node_modules', name), 'dir');
  }
}

/** What jsii requires of a package beside what this one says about itself. */
async function manifest(): Promise<object> {
  const own = JSON.parse(await readFile(join(root, 'package.json'), 'utf8'));
  const { name, version, description, license, devDependencies } = own;
  const { 'aws-cdk-lib': cdk, constructs, valibot } = devDependencies;
  return {
    ...{ name, version, description, license },
    author: { name: 'x', email: 'x@example.com' },
    repository: { url: 'https://example.com/x.git' },
    main: 'index.js',
    types: 'index.d.ts',
    stability: 'stable',
    jsii: { outdir: 'dist', targets: {} },
    // The package's own range is wider; jsii wants its lower end to be what it compiles with.
    peerDependencies: { 'aws-cdk-lib': cdk, constructs },
    // The build bundles it.
    dependencies: { valibot },
    bundledDependencies: ['valibot'],
    devDependencies: {
      'aws-cdk-lib': cdk.replace('^', ''),
      constructs: constructs.replace('^', ''),
    },
  };
}

it('compiles as a jsii module, so that it can be published for Python, Java, Go and .NET', async () => {
  const assembly: Assembly = JSON.parse(await readFile(join(project, '.jsii'), 'utf8'));
  const names = Object.values(assembly.types).map(({ name }) => name);
  expect(names.sort()).toEqual([
    'IImsCredential',
    'IImsTokenRotator',
    'ImsCredential',
    'ImsCredentialFromNameProps',
    'ImsCredentialProps',
    'ImsProduct',
    'ImsTokenRotator',
    'ImsTokenRotatorAlarmOptions',
    'ImsTokenRotatorAlarmSettings',
    'ImsTokenRotatorAttributes',
    'ImsTokenRotatorCredentialSettings',
    'ImsTokenRotatorProps',
    'ImsTokenRotatorProxyOptions',
    'ImsTokenRotatorProxySettings',
    'ImsTokenRotatorSettings',
    'ImsTokenRotatorStack',
    'ImsTokenRotatorStackProps',
    'ImsTokenRotatorThresholdSettings',
    'OnTokenRenewedOptions',
  ]);
});

it('has no union type, which other languages see as any object', async () => {
  expect(await readFile(join(project, '.jsii'), 'utf8')).not.toContain('"union"');
});
