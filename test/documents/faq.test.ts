import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { parseSettings } from '../../infra/settings.ts';
import { anchorsOf, oneLine, quoted, read, root, sectionsOf } from '../support/document.ts';
import { run } from '../support/foreign-clients.ts';
import { RunningProcess } from '../support/run-process.ts';

const faq = read('docs/faq.md');
const questions = sectionsOf(faq, '##');
const answer = (part: string): string => {
  const [title = ''] = [...questions.keys()].filter((each) => each.includes(part));
  return oneLine(questions.get(title) ?? '');
};

describe('the questions', () => {
  it('are ten, and are listed at the top', () => {
    const listed = [...faq.matchAll(/^\d+\. \[(.+)\]\(#(.+)\)$/gm)];
    expect(listed.map(([, title]) => title)).toEqual([...questions.keys()]);
    expect(anchorsOf(faq).slice(1)).toEqual(listed.map(([, , anchor]) => anchor));
    expect(questions.size).toBe(10);
  });

  it('name only settings that exist', () => {
    const unknown = (): unknown => parseSettings({ nonsense: true });
    expect(unknown).toThrow('retainSecrets');
    expect(unknown).toThrow('nativeRotation');
    expect(unknown).toThrow('rotatorName');
    const alarms = { topicArn: 'arn:aws:sns:eu-west-1:111122223333:alarms' };
    const clientSecretArn = 'arn:aws:secretsmanager:eu-west-1:111122223333:secret:mine-AbCdEf';
    const settings = { alarms, credentials: { fusion: { clientSecretArn } } };
    expect(parseSettings(settings)).toMatchObject(settings);
    for (const name of ['alarms.topicArn', 'clientSecretArn']) expect(quoted(faq)).toContain(name);
  });
});

describe('the answer about cost', () => {
  const dollars = (text = ''): number => Number(text);
  const [, table = ''] = read('docs/reference.md').split('\n## Cost\n');
  /** What a rotator with 10 credentials costs. */
  const cost = (row: string): number => {
    const cells =
      table
        .split('\n')
        .find((line) => line.startsWith(`| ${row}`))
        ?.split(' | ') ?? [];
    return dollars(cells.at(2)?.replaceAll(/[*,]/g, ''));
  };

  it('has the numbers of the reference', () => {
    const total = cost('**sum**') - cost('secrets');
    const [metrics, alarms, key] = [cost('metrics'), cost('alarms'), cost('key of')];
    const others = total - metrics - alarms - key;
    const text = answer('cost');
    expect(text).toContain(`costs $${(cost('secrets') / 10).toFixed(2)} a month`);
    expect(text).toContain(`costs $${total.toFixed(2)} on top`);
    expect(text).toContain(`$${metrics.toFixed(2)} for metrics, $${alarms.toFixed(2)} for alarms`);
    expect(text).toContain(`$${key.toFixed(2)} for the key`);
    expect(text).toContain(`and ${Math.round(others * 100)} cents for everything else`);
  });
});

describe('the table of cost', () => {
  const [, table = ''] = read('docs/reference.md').split('\n## Cost\n');
  const cells = (row: string): readonly number[] =>
    (table.split('\n').find((line) => line.startsWith(`| ${row}`)) ?? '')
      .split(' | ')
      .slice(1)
      .map((cell) => Number(cell.replaceAll(/[*,| ]/g, '')));
  const ticks = 2_880;
  const renewals = 65;
  /** Rounded up to a cent. */
  const cents = (dollars: number): number => Math.ceil(dollars * 100 - 1e-6) / 100;

  it.each([
    ['secrets', (n: number) => n * 2 * 0.4],
    [
      'calls of Secrets Manager',
      (n: number) => (Math.ceil(n / 50) * ticks + n * 4 * renewals) * (0.05 / 10_000),
    ],
    ['logs', (n: number) => ((ticks * 3 + n * renewals * 0.5) / 1_000_000) * 0.5],
    [
      'Lambda',
      (n: number) =>
        (ticks * 0.6 + n * renewals * 0.3) * 0.25 * 0.0000133334 + ticks * (0.2 / 1_000_000),
    ],
  ])('has what its own arithmetic gives for %s', (row, cost) => {
    expect(cells(row)).toEqual([1, 10, 1_000].map((n) => cents(cost(n))));
  });

  it('has sums of its rows', () => {
    const rows = ['secrets', 'calls', 'metrics', 'alarms', 'key of', 'Lambda', 'logs'].map(cells);
    const sums = [0, 1, 2].map((column) =>
      Number(rows.reduce((sum, row) => sum + (row[column] ?? 0), 0).toFixed(2)),
    );
    expect(cells('**sum**')).toEqual(sums);
  });
});

describe('the app that sends alarms to chats', () => {
  const [, code = ''] = /```ts\n(.*?)```/s.exec(faq) ?? [];
  const before = `import { App, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { ImsTokenRotator } from '../../infra/index.ts';

const stack = new Stack(new App(), 'Example');
`;

  it('compiles, and has every alarm publish to the topic that Slack and PagerDuty read', async () => {
    const directory = await mkdtemp(join(root, 'dist/faq-'));
    onTestFinished(() => rm(directory, { recursive: true }));
    const file = join(directory, 'app.ts');
    const show = 'console.log(JSON.stringify(Template.fromStack(stack).toJSON().Resources));\n';
    await writeFile(file, before + code + show);
    const flags = ['--noEmit', '--strict', '--skipLibCheck', '--allowImportingTsExtensions'];
    const target = ['--module', 'nodenext', '--target', 'es2024', '--types', 'node'];
    await run(join(root, 'node_modules/.bin/tsc'), [
      ...[...flags, ...target, '--ignoreConfig'],
      file,
    ]).catch(({ stdout }: { stdout: string }) => expect.fail(stdout));

    const { stdout, stderr } = await new RunningProcess(file, [], {
      CDK_VALIDATION: 'false',
    }).exit();
    expect(stderr).toBe('');
    const resources: readonly [string, Resource][] = Object.entries(JSON.parse(stdout));
    const of = (type: string) => resources.filter(([, { Type }]) => Type === type);
    const topic = { Ref: of('AWS::SNS::Topic')[0]?.[0] };
    const alarms = of('AWS::CloudWatch::Alarm').map(([, { Properties }]) => Properties);
    expect(alarms.length).toBeGreaterThan(5);
    for (const { AlarmActions, OKActions } of alarms) {
      // PagerDuty resolves an incident by OK.
      expect([AlarmActions, OKActions]).toEqual([[topic], [topic]]);
    }
    expect(of('AWS::Chatbot::SlackChannelConfiguration')).toMatchObject([
      [expect.any(String), { Properties: { SnsTopicArns: [topic] } }],
    ]);
    expect(of('AWS::SNS::Subscription')).toMatchObject([
      [expect.any(String), { Properties: { Protocol: 'https', TopicArn: topic } }],
    ]);
  });
});

interface Resource {
  readonly Type: string;
  readonly Properties: Readonly<Record<string, unknown>>;
}
