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
import { dirname, join, relative } from 'node:path';
import { promisify } from 'node:util';
import { Template } from 'aws-cdk-lib/assertions';
import { afterAll, beforeAll, expect, inject, it, onTestFinished } from 'vitest';
import { root } from '../support/document.ts';
import { RunningProcess } from '../support/run-process.ts';

const run = promisify(execFile);

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
  await mkdir(installed, { recursive: true });
  await run('tar', ['-xzf', inject('packed'), '-C', installed, '--strip-components=1']);
  const entries = await readdir(installed, { recursive: true, withFileTypes: true });
  files = entries
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => relative(installed, join(parentPath, name)));
  manifest = JSON.parse(await shipped('package.json'));
  for (const name of [...needed(), '@types/node']) await link(name);
  example = await readmeApp();
});

afterAll(() => rm(app, { recursive: true, force: true }));

/** The packages that the construct needs, which an app with only the client does without. */
function needed(): readonly string[] {
  const { dependencies, peerDependencies } = manifest;
  const names = Object.keys({ ...dependencies, ...peerDependencies });
  return names.filter((name) => !name.startsWith('@aws-sdk/'));
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
  const built = join(root, 'dist/lambda');
  const names = await readdir(built);
  expect(names).toContain('index.mjs');
  expect((await readdir(asset)).sort()).toEqual(names.sort());
  for (const name of names) {
    const deployed = await readFile(join(asset, name));
    expect(deployed.equals(await readFile(join(built, name)))).toBe(true);
  }
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

it('ships the construct, the function, the commands, the console, the client and the documents only', () => {
  const commands = files.filter((path) => /^dist\/cli\/[^/]+\.mjs$/.test(path));
  expect(commands).toContain('dist/cli/ims-token-rotator.mjs');
  const types = files.filter((path) => /^dist\/infra\/[^/]+\.d\.ts$/.test(path));
  expect(types).toContain('dist/infra/index.d.ts');
  const client = files.filter((path) => /^dist\/client\/[^/]+\.(js|cjs|d\.ts|d\.cts)$/.test(path));
  expect(client).toContain('dist/client/index.js');
  const page = files.filter((path) =>
    /^dist\/console\/[\w-]+\.(html|js|css|json|svg)(\.br|\.gz)?$/.test(path),
  );
  expect(page).toContain('dist/console/index.html');
  const examples = files.filter((path) =>
    /^examples\/[\w/.-]+\.(ts|json|md|mjs|Dockerfile|tf)$/.test(path),
  );
  expect(examples.filter((path) => /node_modules|cdk\.out/.test(path))).toEqual([]);
  expect(new Set(files)).toEqual(
    new Set([
      'ARCHITECTURE.md',
      'CHANGELOG.md',
      'CONTRIBUTING.md',
      'LICENSE',
      'README.md',
      'SECURITY.md',
      'package.json',
      'docs/api.md',
      'docs/client-secret-rotation.md',
      'docs/console.md',
      'docs/console.png',
      'docs/consumers.md',
      'docs/faq.md',
      'docs/deploy.md',
      'docs/mutations.md',
      'docs/performance.md',
      'docs/reference.md',
      'docs/reliability.md',
      'docs/runbook.md',
      'docs/scale.md',
      ...examples,
      'dist/lambda/index.mjs',
      ...files.filter((path) => /^dist\/lambda\/part-\d{8}\.mjs$/.test(path)),
      'dist/lambda/THIRD-PARTY-NOTICES.txt',
      ...commands,
      'dist/cli/THIRD-PARTY-NOTICES.txt',
      ...page,
      'dist/console/THIRD-PARTY-NOTICES.txt',
      ...client,
      'dist/infra/index.js',
      'dist/infra/THIRD-PARTY-NOTICES.txt',
      'dist/infra/package.json',
      ...types,
      'dist/schema/settings.schema.json',
    ]),
  );
});

it('ships every file of it that its documents link to', async () => {
  for (const document of files.filter((path) => path.endsWith('.md'))) {
    const text = await shipped(document);
    for (const [, link = ''] of text.matchAll(/\]\((?!https?:|mailto:|#)([^)#]+)[^)]*\)/g)) {
      const target = join(dirname(document), link);
      const isShipped = files.some((path) => path === target || path.startsWith(`${target}/`));
      expect(isShipped, `${document} links to ${link}`).toBe(true);
    }
  }
});

it('is smaller than 1.3 MB', async () => {
  expect((await stat(inject('packed'))).size).toBeLessThan(1.3e6);
});

it('ships no path of the machine that packed it', async () => {
  for (const path of files) {
    const text = await shipped(path);
    for (const place of ['dist', 'node_modules']) {
      expect(text.includes(join(root, place)), `${path} names ${place}`).toBe(false);
    }
  }
});

it.each([
  ['dist/lambda', ['@smithy/core', 'undici', 'valibot']],
  ['dist/cli', ['@smithy/core', 'undici', 'valibot']],
  ['dist/console', ['preact', 'uplot']],
  ['dist/infra', ['valibot']],
])('ships the licences of what is in %s', async (directory, names) => {
  const notices = await shipped(`${directory}/THIRD-PARTY-NOTICES.txt`);
  for (const name of names) {
    const { version } = JSON.parse(
      await readFile(join(root, 'node_modules', name, 'package.json'), 'utf8'),
    );
    expect(notices).toContain(`\n${name} ${version}\n`);
  }
  expect(notices).toContain('Permission is hereby granted, free of charge');
});

it('brings no other package into an app', () => {
  expect(manifest.dependencies).toBeUndefined();
  for (const name of Object.keys(manifest.peerDependencies)) {
    expect(manifest.peerDependenciesMeta[name]).toEqual({ optional: true });
  }
});

it('has exactly the packages that the construct imports as peers', async () => {
  const imported = new Set<string>();
  for (const path of files.filter((name) => /^dist\/infra\//.test(name))) {
    const text = await shipped(path);
    for (const [, specifier = ''] of text.matchAll(/(?: from |require\()['"]([^'".][^'"]*)['"]/g)) {
      const [name] = /^(@[^/]+\/)?[^/]+/.exec(specifier) ?? [];
      if (name !== undefined && !name.startsWith('node:')) imported.add(name);
    }
  }
  expect(imported).toEqual(new Set(needed()));
});

it.each([
  ['an ES module', "import 'ims-token-rotator';"],
  ['a CommonJS module', "require('ims-token-rotator');"],
])('loads only the parts of CDK that it uses, from %s', async (kind, load) => {
  const file = kind === 'an ES module' ? 'load.mjs' : 'load.cjs';
  const code = `${load}
import('node:module').then(({ Module }) => console.log(JSON.stringify(Object.keys(Module._cache))));
`;
  await writeFile(join(app, file), code);
  const { stdout } = await run(process.execPath, ['--preserve-symlinks', file], { cwd: app });
  const loaded: string[] = JSON.parse(stdout);
  expect(loaded.filter((path) => path.includes('/aws-cdk-lib/aws-lambda/index.js'))).toHaveLength(
    1,
  );
  // All of CDK are thousands of modules.
  expect(loaded.filter((path) => path.includes('/aws-cdk-lib/')).length).toBeLessThan(50);
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
    [
      ...['--noEmit', '--strict', '--skipLibCheck', '--module', 'nodenext'],
      ...['--types', 'node', 'app.mts', 'app.cts'],
    ],
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
