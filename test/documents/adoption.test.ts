import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { App } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { expect, it, onTestFinished } from 'vitest';
import { ImsTokenRotatorStack } from '../../infra/ims-token-rotator-stack.ts';
import { parseSettings } from '../../infra/settings.ts';
import { read, sectionsOf } from '../support/document.ts';

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
