import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { App } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { expect, it, onTestFinished } from 'vitest';
import { stackTemplate } from '../../build/cloudformation/stack-template.ts';
import { ImsTokenRotatorStack } from '../../infra/ims-token-rotator-stack.ts';
import { parseSettings } from '../../infra/settings.ts';
import type { ParameterisedTemplate } from '../support/cloudformation.ts';
import { read, sectionsOf } from '../support/document.ts';
import { temporaryDirectory } from '../support/temporary-directory.ts';

const run = promisify(execFile);
const adoption = sectionsOf(read('docs/runbook.md'), '##').get('Adopt secrets that exist') ?? '';

/** Runs the runbook's script on a template and a list of secrets. */
async function mappingOf(template: object, secrets: readonly object[]): Promise<unknown> {
  const [, script] = /node -e '\n(.*?)' > mapping\.json/s.exec(adoption) ?? [];
  if (script === undefined) throw new Error('the runbook has no script');
  const cwd = await mkdtemp(join(tmpdir(), 'adoption-'));
  onTestFinished(() => rm(cwd, { recursive: true }));
  await writeFile(join(cwd, 'template.json'), JSON.stringify(template));
  await writeFile(join(cwd, 'secrets.json'), JSON.stringify({ SecretList: secrets }));
  const { stdout } = await run(process.execPath, ['-e', script], { cwd });
  return JSON.parse(stdout);
}

it('the runbook’s script maps each declared secret that exists to its ARN, and nothing else', async () => {
  const settings = parseSettings({ credentials: { fusion: {}, gone: {} } });
  const template = Template.fromStack(new ImsTokenRotatorStack(new App(), 'S', { settings }));
  const arn = (name: string): string =>
    `arn:aws:secretsmanager:eu-west-1:111122223333:secret:${name}-AbCdEf`;
  const names = ['fusion/client', 'fusion/token', 'onboarded/token'].map(
    (name) => `ims-token-rotator/S/${name}`,
  );
  const mapping = await mappingOf(
    template.toJSON(),
    names.map((Name) => ({ Name, ARN: arn(Name) })),
  );
  const idOf = (name: string): string => {
    const Properties = { Name: `ims-token-rotator/S/fusion/${name}` };
    return String(
      Object.keys(template.findResources('AWS::SecretsManager::Secret', { Properties })),
    );
  };
  expect(mapping).toEqual({
    [idOf('client')]: { Id: arn('ims-token-rotator/S/fusion/client') },
    [idOf('token')]: { Id: arn('ims-token-rotator/S/fusion/token') },
  });
});

it('the script for stacks without CDK makes a template of the secrets that exist, and nothing else', async () => {
  const [, code] = /node -e '\n([^']*?)' ROTATOR\n/s.exec(adoption) ?? [];
  if (code === undefined) throw new Error('the runbook has no script');
  const settings = parseSettings({ credentials: { fusion: {}, gone: {} } });
  const { template } = await stackTemplate(settings, JSON.parse(read('cdk.json')).context);
  const cwd = await temporaryDirectory();
  const arn = (name: string): string =>
    `arn:aws:secretsmanager:eu-west-1:111122223333:secret:ims-token-rotator/prod/${name}-AbCdEf`;
  const existing = ['fusion/client', 'fusion/token', 'onboarded/token'];
  const SecretList = existing.map((name) => ({
    Name: `ims-token-rotator/prod/${name}`,
    ARN: arn(name),
  }));
  await mkdir(join(cwd, 'dist/cloudformation'), { recursive: true });
  await writeFile(join(cwd, 'dist/cloudformation/template.json'), JSON.stringify(template));
  await writeFile(join(cwd, 'secrets.json'), JSON.stringify({ SecretList }));
  await run(process.execPath, ['-e', code, 'prod'], { cwd });
  const written = async (file: string) => JSON.parse(await readFile(join(cwd, file), 'utf8'));

  const resources = await written('resources.json');
  expect(resources).toEqual(
    ['client', 'token'].map((kind) => ({
      ResourceType: 'AWS::SecretsManager::Secret',
      LogicalResourceId: expect.stringMatching(new RegExp(`fusion${kind}Secret`, 'i')),
      ResourceIdentifier: { Id: arn(`fusion/${kind}`) },
    })),
  );
  const { Resources, Outputs, Parameters } = await written('import.json');
  const ids: string[] = resources.map((one: Record<string, string>) => one['LogicalResourceId']);
  expect(Object.keys(Resources)).toEqual(ids);
  // Outputs refer to resources that are not imported.
  expect(Outputs).toBeUndefined();
  expect(Parameters).toEqual((template as unknown as ParameterisedTemplate).Parameters);
  for (const resource of Object.values<Record<string, unknown>>(Resources)) {
    expect(resource['DeletionPolicy']).toBeDefined();
    expect(resource['DependsOn']).toBeUndefined();
  }
});

it('no document claims that a deployment adopts secrets by their names', () => {
  for (const name of ['README.md', 'docs/reference.md']) {
    expect(read(name), name).not.toContain('--import-existing-resources');
  }
  expect(adoption).toMatch(
    /^ +npx cdk import --resource-mapping mapping\.json\n +npx cdk deploy$/m,
  );
  expect(adoption.replaceAll(/\s+/g, ' ')).toContain(
    '`--import-existing-resources` cannot adopt it either',
  );
});
