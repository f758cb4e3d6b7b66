import { execFile } from 'node:child_process';
import {
  cp,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  rm,
  stat,
  symlink,
  writeFile,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { Template } from 'aws-cdk-lib/assertions';
import { afterAll, beforeAll, expect, it, onTestFinished, vi } from 'vitest';
import { RunningProcess } from '../support/run-process.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const run = promisify(execFile);

// Each app loads the whole of CDK.
vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

interface Manifest {
  readonly bin: Readonly<Record<string, string>>;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly peerDependencies: Readonly<Record<string, string>>;
  readonly peerDependenciesMeta: Readonly<Record<string, { readonly optional: boolean }>>;
}

/** Another app, with the package and the packages it depends on, and nothing else. */
let app: string;
/** The package's directory in that app. */
let installed: string;
/** The files of the package. */
let files: readonly string[];
let manifest: Manifest;
let example: string;

beforeAll(async () => {
  app = await mkdtemp(join(tmpdir(), 'package-'));
  installed = join(app, 'node_modules/ims-token-rotator');
  const packed = await pack(app);
  files = packed.files.map(({ path }) => path);
  await mkdir(installed, { recursive: true });
  await run('tar', ['-xzf', join(app, packed.filename), '-C', installed, '--strip-components=1']);
  manifest = JSON.parse(await shipped('package.json'));
  for (const name of [...needed(), '@types/node']) await link(name);
  example = await readmeApp();
});

afterAll(() => rm(app, { recursive: true, force: true }));

/**
 * Packs a copy of this project: in the project itself `prepack` would replace the bundle that other
 * tests are running. The copy is in `dist`, from where Node finds this project's node_modules.
 */
async function pack(destination: string) {
  const copy = await mkdtemp(join(root, 'dist/pack-'));
  try {
    const omitted = new Set(['.git', 'cdk.out', 'coverage', 'dist', 'node_modules']);
    for (const name of await readdir(root)) {
      if (!omitted.has(name)) await cp(join(root, name), join(copy, name), { recursive: true });
    }
    const { stdout } = await run(
      'npm',
      ['pack', '--json', '--silent', '--offline', '--pack-destination', destination],
      { cwd: copy },
    );
    const [packed] = JSON.parse(stdout) as { filename: string; files: { path: string }[] }[];
    if (packed === undefined) throw new Error(`npm pack printed no package: ${stdout}`);
    return packed;
  } finally {
    await rm(copy, { recursive: true });
  }
}

/** The packages that npm installs with this one. */
function needed(): readonly string[] {
  const { dependencies, peerDependencies, peerDependenciesMeta } = manifest;
  return Object.keys({ ...dependencies, ...peerDependencies }).filter(
    (name) => peerDependenciesMeta[name]?.optional !== true,
  );
}

/** Links one of this project's packages into the app, where npm would install it. */
async function link(name: string): Promise<void> {
  const path = join(app, 'node_modules', name);
  await mkdir(dirname(path), { recursive: true });
  await symlink(join(root, 'node_modules', name), path, 'dir');
}

function shipped(path: string): Promise<string> {
  return readFile(join(installed, path), 'utf8');
}

/** The code of the README's section about the construct. */
async function readmeApp(): Promise<string> {
  const readme = await readFile(join(root, 'README.md'), 'utf8');
  const [, section = ''] = readme.split('\n## Use the construct in your own app\n');
  const [, code] = /```ts\n(.*?)```/s.exec(section) ?? [];
  if (code === undefined) throw new Error('the README has no example app');
  return code;
}

/** Runs the app as the CDK CLI does, with Node.js only: no esbuild and no Docker. */
async function synthesize(file: string, code: string): Promise<Template> {
  const output = join(app, `${file}.out`);
  await writeFile(join(app, file), code);
  await run(process.execPath, [file], { cwd: app, env: { PATH: '', CDK_OUTDIR: output } });
  await expectBundle(output);
  return Template.fromString(await readFile(join(output, 'MyApp.template.json'), 'utf8'));
}

/** Expects the function's asset to equal, byte for byte, the bundle that this project's tests run. */
async function expectBundle(output: string): Promise<void> {
  const assets = JSON.parse(await readFile(join(output, 'MyApp.assets.json'), 'utf8'));
  const paths = Object.values(assets.files as Record<string, { source: { path: string } }>)
    .map(({ source }) => source.path)
    .filter((path) => path.startsWith('asset.'));
  expect(paths).toHaveLength(1);
  const asset = join(output, String(paths));
  expect((await readdir(asset)).sort()).toEqual(['index.mjs', 'index.mjs.map']);
  const deployed = await readFile(join(asset, 'index.mjs'));
  expect(deployed.equals(await readFile(join(root, 'dist/lambda/index.mjs')))).toBe(true);
}

function expectRotator(template: Template): void {
  template.resourceCountIs('AWS::Lambda::Function', 1);
  template.hasResourceProperties('AWS::Lambda::Function', {
    Handler: 'index.handler',
    Runtime: 'nodejs24.x',
  });
  template.hasResourceProperties('AWS::Scheduler::Schedule', {
    ScheduleExpression: 'rate(15 minutes)',
  });
  const names = Object.values(template.findResources('AWS::SecretsManager::Secret')).map(
    ({ Properties }) => String(Properties.Name).replace(/^.*\//, ''),
  );
  expect(names.sort()).toEqual(['client', 'token']);
}

it('ships the construct with the contract, the bundle, the commands, the client and the documents only', () => {
  const commands = files.filter((path) => /^dist\/cli\/[^/]+\.mjs$/.test(path));
  expect(commands).toContain('dist/cli/ims-token-rotator.mjs');
  const modules = files.filter((path) => /^dist\/infra\/.+\.js$/.test(path));
  expect(modules).toContain('dist/infra/index.js');
  expect(modules.filter((path) => path.startsWith('dist/infra/app/'))).toEqual([]);
  const client = files.filter((path) => /^dist\/client\/[^/]+\.(js|cjs|d\.ts|d\.cts)$/.test(path));
  expect(client).toContain('dist/client/index.js');
  expect(new Set(files)).toEqual(
    new Set([
      'CHANGELOG.md',
      'LICENSE',
      'README.md',
      'package.json',
      'docs/api.md',
      'docs/consumers.md',
      'docs/faq.md',
      'docs/reference.md',
      'docs/runbook.md',
      'dist/lambda/index.mjs',
      'dist/lambda/index.mjs.map',
      ...commands,
      ...client,
      ...modules,
      ...modules.map((path) => path.replace(/js$/, 'd.ts')),
      'dist/core/contract.js',
      'dist/core/contract.d.ts',
    ]),
  );
});

it('ships no path of the machine that packed it', async () => {
  for (const path of files) {
    const text = await shipped(path);
    for (const place of ['dist', 'node_modules']) {
      expect(text.includes(join(root, place)), `${path} names ${place}`).toBe(false);
    }
  }
  const { sources, sourceRoot }: { sources: string[]; sourceRoot?: string } = JSON.parse(
    await shipped('dist/lambda/index.mjs.map'),
  );
  expect(sourceRoot).toBeUndefined();
  expect(sources.filter((source) => /^([/\\]|[a-z]+:)/i.test(source))).toEqual([]);
});

it('depends on exactly the packages that the construct imports', async () => {
  const imported = new Set<string>();
  for (const path of files.filter((name) => /^dist\/(core|infra)\//.test(name))) {
    for (const [, specifier = ''] of (await shipped(path)).matchAll(/ from '([^'.][^']*)'/g)) {
      const [name] = /^(@[^/]+\/)?[^/]+/.exec(specifier) ?? [];
      if (name !== undefined && !name.startsWith('node:')) imported.add(name);
    }
  }
  expect(imported).toEqual(new Set(needed()));
});

it('works in a TypeScript app of either module system', async () => {
  const code = `${example}
import type { ImsTokenRotatorProps } from 'ims-token-rotator';
export const right: ImsTokenRotatorProps = { dashboard: false };
// @ts-expect-error: the types are not any
export const wrong: ImsTokenRotatorProps = { board: false };
`;
  for (const file of ['app.mts', 'app.cts']) await writeFile(join(app, file), code);
  await run(
    join(root, 'node_modules/.bin/tsc'),
    ['--noEmit', '--strict', '--module', 'nodenext', '--types', 'node', 'app.mts', 'app.cts'],
    { cwd: app },
  ).catch(({ stdout }: { stdout: string }) => expect.fail(stdout));
  expectRotator(await synthesize('app.mts', code));
});

it('works in a JavaScript app of ES modules', async () => {
  expectRotator(await synthesize('app.mjs', example));
});

it('works in a JavaScript app of CommonJS modules', async () => {
  const code = example.replaceAll(/^import (\{.*?\}) from ('.*');$/gm, 'const $1 = require($2);');
  expect(code).not.toContain('import');
  expectRotator(await synthesize('app.cjs', code));
});

it('ships a command that runs alone, with the embedded world', async () => {
  const bare = await mkdtemp(join(tmpdir(), 'command-'));
  onTestFinished(() => rm(bare, { recursive: true }));
  await cp(installed, join(bare, 'package'), { recursive: true });
  const command = join(bare, 'package', manifest.bin['ims-token-rotator'] ?? '');
  const local = new RunningProcess(command, ['local', '--json']);
  const [first] = await local.printed(/^.*\n/);
  await local.printed(/"message":"renewed"/);
  const { environment } = JSON.parse(first);
  const { stdout } = await run(process.execPath, [command, 'status', '--json'], {
    env: environment,
  });
  expect(JSON.parse(stdout)).toMatchObject({ healthy: true, credentials: [{ state: 'fresh' }] });
  local.signal('SIGINT');
  expect(await local.exit()).toMatchObject({ code: 0, stderr: '' });
});

it('ships a command that is executable and names its interpreter', async () => {
  const command = manifest.bin['ims-token-rotator'] ?? '';
  expect(await shipped(command)).toMatch(/^#!\/usr\/bin\/env node\n/);
  expect((await stat(join(installed, command))).mode & 0o111).not.toBe(0);
});

const consumer = `import { createImsFetch, createTokenReader, TokenError } from 'ims-token-rotator/client';

const expires_at = new Date(Date.now() + 3_600_000).toISOString();
const SecretString = JSON.stringify({ access_token: 'token-1', client_id: 'acme', expires_at });
const source = () => Promise.resolve({ SecretString });
const reader = createTokenReader({ secretId: 'fusion/token', source });
const imsFetch = createImsFetch(reader);
const refused = (error: unknown) => error instanceof TokenError && error.code;
reader
  .getToken()
  .then(async (token) => console.log(token, await imsFetch('https://example.com').catch(refused)));
`;

it('ships a client for TypeScript of either module system, without the SDK', async () => {
  const wrong = `
import type { TokenReaderOptions } from 'ims-token-rotator/client';
// @ts-expect-error: the types are not any
export const wrong: TokenReaderOptions = { secret: 'x' };
`;
  for (const file of ['client.mts', 'client.cts']) {
    await writeFile(join(app, file), consumer + wrong);
  }
  for (const module of ['nodenext', 'node16']) {
    await run(
      join(root, 'node_modules/.bin/tsc'),
      [
        ...['--noEmit', '--strict', '--module', module, '--target', 'es2024'],
        ...['--types', 'node', 'client.mts', 'client.cts'],
      ],
      { cwd: app },
    ).catch(({ stdout }: { stdout: string }) => expect.fail(stdout));
  }
});

it.each(['client.mjs', 'client.cjs'])('ships a client that runs as %s', async (file) => {
  const untyped = consumer.replace(': unknown', '');
  const code = file.endsWith('.cjs')
    ? untyped.replace(/^import (\{.*?\}) from ('.*');$/m, 'const $1 = require($2);')
    : untyped;
  await writeFile(join(app, file), code);
  const { stdout } = await run(process.execPath, [file], { cwd: app });
  expect(stdout).toBe('token-1 ERR_ORIGIN_NOT_ALLOWED\n');
});

it('ships a client that reads by the SDK of either module system', async () => {
  await link('@aws-sdk/client-secrets-manager');
  const env = { AWS_ENDPOINT_URL: 'http://127.0.0.1:1', AWS_REGION: 'us-east-1', PATH: '' };
  const keys = { AWS_ACCESS_KEY_ID: 'x', AWS_SECRET_ACCESS_KEY: 'x', AWS_MAX_ATTEMPTS: '1' };
  const read = `createTokenReader({ secretId: 'x' }).getToken().catch((e) => console.log(e.message))`;
  for (const code of [
    `import('ims-token-rotator/client').then(({ createTokenReader }) => ${read})`,
    `const { createTokenReader } = require('ims-token-rotator/client'); ${read}`,
  ]) {
    await writeFile(join(app, 'sdk.cjs'), code);
    const { stdout } = await run(process.execPath, ['sdk.cjs'], {
      cwd: app,
      env: { ...env, ...keys },
    });
    expect(stdout).toContain('ECONNREFUSED');
  }
});
