import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { root } from '../support/document.ts';
import { run } from '../support/foreign-clients.ts';
import { recipe, recipes, startReaders, tokenSecret } from '../support/recipes.ts';
import { RunningProcess } from '../support/run-process.ts';
import { temporaryDirectory } from '../support/temporary-directory.ts';

/** In `dist`, so that recipes import the built client by the package's name. */
let directory = '';

beforeAll(async () => {
  directory = await mkdtemp(join(root, 'dist/recipes-'));
});

afterAll(() => rm(directory, { recursive: true }));

/** What the guide leaves out: a stack with the credential, and a service that ECS runs. */
const stack = `import { App, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { ImsTokenRotator } from '../../infra/index.ts';

const stack = new Stack(new App(), 'Example');
const fusion = new ImsTokenRotator(stack, 'Rotator').addCredential('workfront-fusion');
`;
const renewed = `import type { FargateService, ICluster } from 'aws-cdk-lib/aws-ecs';
import type { ImsCredential } from '../../infra/index.ts';

declare const cluster: ICluster;
declare const service: FargateService;
declare const fusion: ImsCredential;
`;

/** A recipe as a whole module. */
function moduleOf(code: string): string {
  if (code.includes('fusion.onTokenRenewed(')) return `${renewed}${code}`;
  return code.includes('aws-cdk-lib') ? `${stack}${code}` : code;
}

it('every recipe in TypeScript compiles as its reader copies it', async () => {
  const modules = recipes.filter(({ language }) => language === 'ts');
  expect(modules.length).toBeGreaterThan(6);
  const files = modules.map((_, index) => join(directory, `recipe-${index}.ts`));
  for (const [index, { code }] of modules.entries()) {
    await writeFile(files[index] ?? '', moduleOf(code));
  }
  const flags = ['--noEmit', '--strict', '--skipLibCheck', '--allowImportingTsExtensions'];
  await run(join(root, 'node_modules/.bin/tsc'), [
    ...[...flags, '--module', 'nodenext', '--target', 'es2024', '--types', 'node'],
    ...['--ignoreConfig', ...files],
  ]).catch(({ stdout }: { stdout: string }) => expect.fail(stdout));
});

/** Runs a module, with more code at its end, and returns what it printed. */
async function runModule(
  name: string,
  code: string,
  environment: Readonly<Record<string, string>>,
): Promise<string> {
  const file = join(directory, `${name}.ts`);
  await writeFile(file, code);
  const { stdout, stderr, code: exitCode } = await new RunningProcess(file, [], environment).exit();
  expect(stderr).toBe('');
  expect(exitCode).toBe(0);
  return stdout;
}

it('the client’s recipe calls the product, and has the token and its headers', async () => {
  const { here, environment, current } = await startReaders();
  const show =
    'console.log(scenarios.status, token === headers["Authorization"]?.slice(7), token);';
  const stdout = await runModule('client', here(recipe('The client', 'ts')) + show, environment);
  expect(stdout).toBe(`200 true ${(await current()).token['access_token']}\n`);
});

it('the recipe for Lambda in TypeScript returns what the product answered', async () => {
  const { here, environment } = await startReaders();
  const code = here(recipe('Lambda, TypeScript', 'ts', 'export async function handler'));
  const stdout = await runModule('lambda', `${code}console.log(JSON.stringify(await handler()));`, {
    ...environment,
    TOKEN_SECRET_ID: tokenSecret,
  });
  expect(JSON.parse(stdout)).toMatchObject({ items: [{ id: 101 }, { id: 102 }] });
});

it('the recipe for EKS reads the file that a volume has', async () => {
  const { current } = await startReaders();
  const { secretString, token } = await current();
  const volume = await temporaryDirectory();
  await writeFile(join(volume, 'token.json'), secretString);
  const code = recipe('EKS', 'ts').replace('/var/run/fusion', volume);
  const stdout = await runModule('eks', `${code}console.log(await reader.getToken());`, {});
  expect(stdout).toBe(`${token['access_token']}\n`);
});

it.each([
  ['Lambda, TypeScript', 'Consumer'],
  ['Lambda, Python', 'Consumer'],
  ['Read in the container', 'TaskTaskRole'],
])('the stack of "%s" grants the read, and passes on the name only', async (title, reader) => {
  const assets = join(directory, 'assets');
  await mkdir(join(assets, 'consumer'), { recursive: true });
  await writeFile(join(assets, 'consumer/index.mjs'), '');
  const file = join(directory, `${reader}-${title.replaceAll(/\W/g, '')}.ts`);
  const code = moduleOf(recipe(title, 'ts', 'aws-cdk-lib'));
  await writeFile(
    file,
    `process.chdir(${JSON.stringify(assets)});
${code}console.log(JSON.stringify(Template.fromStack(stack).toJSON()));`,
  );
  const { stdout, stderr } = await new RunningProcess(file, [], { CDK_VALIDATION: 'false' }).exit();
  expect(stderr).toBe('');
  const { Resources } = JSON.parse(stdout) as { Resources: Record<string, Resource> };
  const secrets = Object.entries(Resources).filter(
    ([, { Type, Properties }]) =>
      Type === 'AWS::SecretsManager::Secret' && String(Properties['Name']).endsWith('/token'),
  );
  const arn = { Ref: secrets[0]?.[0] };
  const consumers = Object.entries(Resources).filter(([id]) => id.startsWith(reader.slice(0, 4)));
  expect(JSON.stringify(consumers)).toContain(`"TOKEN_SECRET_ID"`);
  expect(JSON.stringify(consumers)).toContain(JSON.stringify(arn));
  const policies = consumers.flatMap(([, { Type, Properties }]) =>
    Type === 'AWS::IAM::Policy' ? [Properties] : [],
  );
  expect(policies).toMatchObject([
    {
      PolicyDocument: {
        Statement: [
          {
            Action: ['secretsmanager:GetSecretValue', 'secretsmanager:DescribeSecret'],
            Effect: 'Allow',
            Resource: arn,
          },
        ],
      },
      Roles: [{ Ref: expect.stringContaining(reader) }],
    },
  ]);
  expect(stdout).not.toContain('{{resolve:');
});

interface Resource {
  readonly Type: string;
  readonly Properties: Readonly<Record<string, unknown>>;
}
