import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { stackTemplate } from '../../build/cloudformation/stack-template.ts';
import { parseSettings } from '../../infra/settings.ts';
import { root } from '../support/document.ts';

// Terraform itself is in no package registry; its language is, as a parser.
const parser = '@cdktf/hcl2json@0.21.0';

interface Configuration {
  readonly locals?: readonly Block[];
  readonly resource?: Readonly<Record<string, Readonly<Record<string, readonly Block[]>>>>;
  readonly variable?: Readonly<Record<string, readonly Block[]>>;
  readonly output?: Readonly<Record<string, readonly Block[]>>;
}

type Block = Readonly<Record<string, unknown>>;

let directory: string;
let parse: (name: string, text: string) => Promise<Configuration>;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'terraform-'));
  const options = ['--no-audit', '--no-fund', '--prefer-offline', '--ignore-scripts'];
  await promisify(execFile)('npm', ['install', '--prefix', directory, ...options, parser]);
  ({ parse } = createRequire(join(directory, 'x.cjs'))('@cdktf/hcl2json'));
});

afterAll(() => rm(directory, { recursive: true, force: true }));

async function configurationOf(file: string): Promise<Configuration> {
  return await parse(file, await readFile(join(root, 'examples/terraform', file), 'utf8'));
}

it('the Terraform example gives every parameter of the template, each from a variable', async () => {
  const [main, variables] = await Promise.all(['main.tf', 'variables.tf'].map(configurationOf));
  const { template } = await stackTemplate(parseSettings({}), {});
  const [stack] = main?.resource?.['aws_cloudformation_stack']?.['rotator'] ?? [];
  const { Parameters } = template as unknown as { readonly Parameters: object };
  const given = main?.locals?.[0]?.['parameters'] as Readonly<Record<string, string>>;
  expect(new Set(Object.keys(given))).toEqual(new Set(Object.keys(Parameters)));
  const used = Object.values(given).map((value) => /^\$\{var\.(\w+)\}$/.exec(value)?.[1]);
  expect(Object.keys(variables?.variable ?? {})).toEqual(expect.arrayContaining(used));
  expect(stack).toMatchObject({
    capabilities: ['CAPABILITY_IAM'],
    depends_on: [`\${aws_s3_object.code}`],
    parameters: expect.stringContaining('in local.parameters : name => value if value != null'),
  });
});

it('the Terraform example hands over every output of the template', async () => {
  const { output = {} } = await configurationOf('outputs.tf');
  const { template } = await stackTemplate(parseSettings({}), {});
  const values = Object.values(output)
    .flat()
    .map(({ value }) => String(value));
  const named = values.map((value) => /outputs\["(\w+)"\]/.exec(value)?.[1]);
  expect(new Set(named)).toEqual(new Set(Object.keys(template.Outputs ?? {})));
});

it('the Terraform example of its README uses variables that exist', async () => {
  const readme = await readFile(join(root, 'examples/terraform/README.md'), 'utf8');
  const [, snippet = ''] = /```hcl\n(.*?)```/s.exec(readme) ?? [];
  const { module: modules } = (await parse('readme.tf', snippet)) as {
    readonly module: Readonly<Record<string, readonly Block[]>>;
  };
  const [block = {}] = modules['ims_token_rotator'] ?? [];
  const { source, ...given } = block;
  expect(source).toBe('./terraform');
  const { variable = {} } = await configurationOf('variables.tf');
  expect(Object.keys(variable)).toEqual(expect.arrayContaining(Object.keys(given)));
  const required = Object.entries(variable).filter(([, [block = {}]]) => !('default' in block));
  expect(Object.keys(given)).toEqual(expect.arrayContaining(required.map(([name]) => name)));
});

it('the parser of the Terraform example finds what is broken', async () => {
  await expect(parse('broken.tf', 'resource "a" {')).rejects.toThrow();
});
