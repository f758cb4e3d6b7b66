import { execFile } from 'node:child_process';
import { cp, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { root } from '../support/document.ts';

const stack = `import { App, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { ImsTokenRotator, type ImsTokenRotatorProps } from 'ims-token-rotator';
import { createTokenReader, type TokenReaderOptions } from 'ims-token-rotator/client';

export const reader: TokenReaderOptions = { secretId: 'fusion/token' };
export const props: ImsTokenRotatorProps = { rotatorName: 'my-app', dashboard: false };
// @ts-expect-error: the types are not any
export const wrong: ImsTokenRotatorProps = { board: false };

export function template(): Template {
  if (typeof createTokenReader(reader).getToken !== 'function') throw new Error('no client');
  const stack = new Stack(new App(), 'MyApp');
  new ImsTokenRotator(stack, 'Rotator', props).addCredential('fusion', {
    product: 'workfront-fusion',
  });
  return Template.fromStack(stack);
}
`;

const program = `import { template } from './stack.js';
process.stdout.write(JSON.stringify(template().toJSON()));
`;

const unitTest = `import { template } from './stack.js';
test('has a function', () => template().resourceCountIs('AWS::Lambda::Function', 1));
`;

const compilerOptions = {
  strict: true,
  target: 'es2022',
  module: 'nodenext',
  types: ['node', 'jest'],
  noEmit: true,
  isolatedModules: true,
  skipLibCheck: false,
};

const jest = (useESM: boolean) => `module.exports = {
  extensionsToTreatAsEsm: ${JSON.stringify(useESM ? ['.ts'] : [])},
  moduleNameMapper: { '^(\\\\..*)\\\\.js$': '$1' },
  testTimeout: 180_000,
  transform: { '^.+\\\\.ts$': ['ts-jest', { useESM: ${useESM} }] },
};
`;

/** CommonJS names a module without the extension that it will have. */
function importing(type: 'commonjs' | 'module', code: string): string {
  return type === 'module' ? code : code.replace("'./stack.js'", "'./stack'");
}

/** The files of an app of one module system. */
const appFiles = (type: 'commonjs' | 'module'): Readonly<Record<string, string>> => ({
  'package.json': JSON.stringify({ type }),
  'tsconfig.json': JSON.stringify({ compilerOptions, include: ['*.ts'] }),
  'jest.config.cjs': jest(type === 'module'),
  'stack.ts': stack,
  'app.ts': importing(type, program),
  'app.test.ts': importing(type, unitTest),
});

/** Also how this machine reaches the registry: by a proxy, or with its own certificates. */
function outerEnvironment(): Readonly<Record<string, string | undefined>> {
  const passed = /^(PATH|HOME|NODE_EXTRA_CA_CERTS|(https?|no)_proxy)$/i;
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => passed.test(name)));
}

/**
 * Defines the tests of an app in `apps/`, on one version of CDK: both module systems, with what
 * people compile, test and run such apps.
 */
export function testApp(cdk: 'lowest' | 'newest'): void {
  let app: string;

  beforeAll(async () => {
    app = await mkdtemp(join(tmpdir(), `${cdk}-`));
    await cp(join(root, 'test/package/apps', cdk), app, { recursive: true });
    const flags = ['--no-audit', '--no-fund', '--ignore-scripts'];
    const options = [...flags, '--prefer-offline', '--fetch-timeout=60000'];
    await run('npm', ['install', ...options, inject('packed')]);
    const everything = { compilerOptions, include: ['*/*.ts'] };
    await writeFile(join(app, 'tsconfig.json'), JSON.stringify(everything));
    for (const type of ['commonjs', 'module'] as const) {
      await mkdir(join(app, type));
      for (const [name, text] of Object.entries(appFiles(type))) {
        await writeFile(join(app, type, name), text);
      }
    }
  });

  afterAll(() => rm(app, { recursive: true, force: true }));

  /** Runs a program in the app, and fails with what it printed. */
  async function run(command: string, args: readonly string[], directory = '.'): Promise<string> {
    const cwd = join(app, directory);
    const env = { ...outerEnvironment(), TS_NODE_TRANSPILE_ONLY: '1' };
    const options = { cwd, env, maxBuffer: 1e8 };
    const { stdout } = await promisify(execFile)(command, args, options).catch(
      ({ stdout: printed, stderr }: { readonly stdout: string; readonly stderr: string }) =>
        expect.fail(`${command} ${args.join(' ')}: ${printed}${stderr}`),
    );
    return stdout;
  }

  const node = (directory: string, script: string, ...args: readonly string[]): Promise<string> =>
    run(process.execPath, [join(app, 'node_modules', script), ...args], directory);

  it('has the packages that it names', async () => {
    const { dependencies } = JSON.parse(await readFile(join(app, 'package.json'), 'utf8'));
    for (const name of ['aws-cdk-lib', 'constructs']) {
      const path = join(app, 'node_modules', name, 'package.json');
      expect(JSON.parse(await readFile(path, 'utf8')).version).toBe(dependencies[name]);
    }
  });

  it.each(['typescript', 'typescript-7'])('has types that %s accepts', async (compiler) => {
    await node('.', `${compiler}/bin/tsc`, '-p', '.');
  });

  describe.each(['commonjs', 'module'])('of the module system %s', (type) => {
    it('is tested by jest with ts-jest', async () => {
      const modules = type === 'module' ? ['--experimental-vm-modules'] : [];
      await run(process.execPath, [...modules, '../node_modules/jest/bin/jest.js'], type);
    });

    it('is tested by vitest', async () => {
      await node(type, 'vitest/vitest.mjs', 'run', '--globals', '--testTimeout=180000');
    });

    it('is synthesized by tsx and by ts-node, with the same result', async () => {
      const loader = type === 'module' ? ['--no-warnings', '--loader', 'ts-node/esm'] : [];
      const script = type === 'module' ? [] : ['../node_modules/ts-node/dist/bin.js'];
      const [byTsx, byTsNode] = [
        await node(type, 'tsx/dist/cli.mjs', 'app.ts'),
        await run(process.execPath, [...loader, ...script, 'app.ts'], type),
      ];
      expect(Object.keys(JSON.parse(byTsx).Resources).length).toBeGreaterThan(10);
      expect(byTsNode).toBe(byTsx);
    });
  });

  it.runIf(cdk === 'lowest')(
    'has types that a compiler with the module resolution of Node 10 accepts',
    async () => {
      const options = ['--module', 'commonjs', '--moduleResolution', 'node', '--skipLibCheck'];
      await node('commonjs', 'typescript/bin/tsc', '-p', '.', ...options);
    },
  );

  it('is what "cdk init" makes, with the construct added to its stack', async () => {
    await mkdir(join(app, 'my-app'));
    const command = ['init', 'app', '--language', 'typescript', '--generate-only'];
    await node('my-app', 'aws-cdk/bin/cdk', ...command);
    await symlink(join(app, 'node_modules'), join(app, 'my-app/node_modules'));
    const edit = async (path: string, change: (text: string) => string): Promise<void> => {
      const file = join(app, 'my-app', path);
      const before = await readFile(file, 'utf8');
      const after = change(before);
      expect(after).not.toBe(before);
      await writeFile(file, after);
    };
    await edit('lib/my-app-stack.ts', (text) =>
      text
        .replace(/^/, "import { ImsTokenRotator } from 'ims-token-rotator';\n")
        .replace(
          '// The code that defines your stack goes here',
          "new ImsTokenRotator(this, 'Rotator').addCredential('fusion', { product: 'workfront-fusion' });",
        ),
    );
    await edit('test/my-app.test.ts', (text) =>
      text
        .replaceAll(/^\/\/ ?/gm, '')
        .replaceAll(/^ *(?:example test|example resource in).*$/gm, '')
        .replace(
          /'AWS::SQS::Queue', \{[^}]*\}/,
          "'AWS::Lambda::Function', { Runtime: 'nodejs24.x' }",
        ),
    );
    await run('npm', ['test'], 'my-app');
    await run('npx', ['cdk', 'synth', '--quiet'], 'my-app');
    const template = await readFile(join(app, 'my-app/cdk.out/MyAppStack.template.json'), 'utf8');
    expect(template).toContain('nodejs24.x');
  });

  it.runIf(cdk === 'newest')('has no finding of publint and of attw', async () => {
    await node('.', 'publint/src/cli.js', inject('packed'), '--strict');
    // Nobody imports the schema, which editors read.
    const options = ['--exclude-entrypoints', 'settings.schema.json'];
    await node('.', '@arethetypeswrong/cli/dist/index.js', inject('packed'), ...options);
  });
}
