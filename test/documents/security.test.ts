import { App, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { describe, expect, it } from 'vitest';
import { defaultPrefix, metricNamespace, tagKeys } from '../../core/contract.ts';
import { ImsTokenRotator } from '../../infra/ims-token-rotator.ts';
import { alarmsOf } from '../infra/alarm-evaluator.ts';
import { monitoredTemplate } from '../infra/monitored-stack.ts';
import { jsonOf, quoted, read, sectionsOf } from '../support/document.ts';

interface Statement {
  readonly Sid: string;
  readonly Effect: string;
  readonly Action: string | readonly string[];
  readonly Resource: string | readonly string[];
  readonly Condition?: object;
}

interface Synthesized {
  readonly Resources: Readonly<
    Record<
      string,
      { readonly Type: string; readonly Properties?: Readonly<Record<string, unknown>> }
    >
  >;
}

const rights = sectionsOf(read('SECURITY.md'), '##').get('What each right allows') ?? '';
const [json = '', deletions = ''] = jsonOf(rights);
const statements: readonly Statement[] = JSON.parse(json).Statement;
const rows = rights.split('\n').filter((line) => /^\| `|^\| the /.test(line));

const mapping = 'lambda:CreateEventSourceMapping';

const serviceOf = (right: string): string => right.replace(/:.*/, '');

/** The rights in a row's first cell; one without a service has that of the one before it. */
function rightsOf(row: string): readonly string[] {
  let service = '';
  return quoted(row.split(' | ')[0] ?? '').flatMap((text) => {
    const [, own, action] = /^(?:([a-z0-9]+):)?([A-Z]\w+)$/.exec(text) ?? [];
    service = own ?? service;
    return action === undefined ? [] : [`${service}:${action}`];
  });
}

describe('the threat model', () => {
  it('has a row for each right, with what notices it and what closes it', () => {
    const named = rows.flatMap(rightsOf);
    for (const right of [
      'lambda:UpdateFunctionConfiguration',
      'lambda:CreateEventSourceMapping',
      'lambda:CreateFunction',
      'lambda:InvokeFunction',
      'lambda:CreateFunctionUrlConfig',
      'lambda:ListFunctions',
      'iam:PassRole',
      'iam:CreateRole',
      'cloudformation:UpdateStack',
      'cloudformation:ContinueUpdateRollback',
      'cloudformation:UpdateStackSet',
      'cloudformation:ExecuteStackRefactor',
      'secretsmanager:ReplicateSecretToRegions',
      'events:DisableRule',
      'scheduler:DeleteScheduleGroup',
      'iam:DeleteRolePolicy',
      'iam:AttachRolePolicy',
      'logs:DeleteLogGroup',
      'logs:PutRetentionPolicy',
      'logs:PutMetricExtractionPolicy',
      'lambda:AddPermission',
      'secretsmanager:PutSecretValue',
      'secretsmanager:TagResource',
      'secretsmanager:CreateSecret',
      'secretsmanager:DeleteSecret',
      'secretsmanager:UpdateSecret',
      'secretsmanager:RestoreSecret',
      'secretsmanager:RotateSecret',
      'secretsmanager:RemoveRegionsFromReplication',
      'secretsmanager:AssociateCrossAccountReplica',
      'cloudwatch:PutMetricData',
      'cloudwatch:PutAlarmMuteRule',
      'cloudwatch:PutDashboard',
      'sns:SetSubscriptionAttributes',
      's3:PutObject',
      's3:ReplicateObject',
      's3:CreateAccessPoint',
    ]) {
      expect(named).toContain(right);
    }
    expect(rows.length).toBeGreaterThan(10);
    for (const row of rows) {
      const cells = row.split(' | ').map((cell) => cell.replaceAll('|', '').trim());
      expect(cells, row).toHaveLength(4);
      for (const cell of cells) expect(cell, row).not.toBe('');
    }
  });

  it('refers only to alarms that there are', () => {
    const alarms = alarmsOf(monitoredTemplate()).map(({ id }) =>
      id.replace(/^Alarms|[0-9A-F]{8}$/g, ''),
    );
    const noticed = rows.flatMap((row) => {
      const [, list = ''] = /\balarms? ((?:`\w+`(?:, | and )?)+)/.exec(row) ?? [];
      return quoted(list);
    });
    expect(noticed.length).toBeGreaterThan(3);
    for (const alarm of noticed) expect(alarms).toContain(alarm);
  });

  it('refers only to statements of its policy, which denies', () => {
    const numbers = new Set(statements.map(({ Sid }) => /\d/.exec(Sid)?.[0]));
    const cited = new Set(
      rows.flatMap((row) => [...row.matchAll(/statement (\d)/g)].map(([, number]) => number)),
    );
    expect(cited).toEqual(numbers);
    for (const { Effect } of statements) expect(Effect).toBe('Deny');
  });

  it.each([1, 2, 3, 4, 5, 6])('denies each right that a row closes with statement %i', (number) => {
    const denied = statements
      .filter(({ Sid }) => Sid.startsWith(`Statement${number}`))
      .flatMap(({ Action }) => Action);
    const services = new Set(denied.map(serviceOf));
    const closed = rows
      .filter((row) => (row.split(' | ').at(-1) ?? '').includes(`statement ${number}`))
      .flatMap(rightsOf)
      .filter((right) => services.has(serviceOf(right)));
    expect(closed.length).toBeGreaterThan(0);
    for (const right of closed) expect(denied).toContain(right);
    // Every right on secrets and stacks that is denied has a row that says why.
    if (number === 3 || number === 6) expect(new Set(closed)).toEqual(new Set(denied));
  });

  it('leaves the rights to the deployment, the function and operators, and to nobody else', () => {
    const excepted = statements.map(({ Sid, Condition }) => [
      Sid,
      [JSON.stringify(Condition).match(/arn:[^"]+/g) ?? []].flat(),
    ]);
    const roles = 'arn:aws:iam::ACCOUNT:role/';
    const deployment = `${roles}cdk-hnb659fds-cfn-exec-role-*`;
    const deployers = [`${roles}cdk-hnb659fds-deploy-role-*`, `${roles}ADMINS`];
    const all = [`${roles}STACK-*`, deployment, `${roles}OPERATORS`];
    expect(excepted).toEqual([
      ['Statement1Function', [deployment, `${roles}ADMINS`]],
      ['Statement1EventSources', ['arn:aws:lambda:*:ACCOUNT:function:STACK-*', deployment]],
      [
        'Statement2Assets',
        [`${roles}cdk-hnb659fds-file-publishing-role-*`, deployment, `${roles}ADMINS`],
      ],
      ['Statement2AccessPoints', [deployment]],
      ['Statement3Secrets', all],
      ['Statement4Tags', all],
      ['Statement5Metrics', []],
      ['Statement5Alarms', [deployment, `${roles}ADMINS`]],
      ['Statement6Stacks', deployers],
      ['Statement6Roles', deployers],
    ]);
    const operators = statements.flatMap(({ Condition = {} }) => Object.keys(Condition));
    expect(operators.filter((one) => one === 'ArnNotLike')).toHaveLength(9);
  });

  it('denies mappings to the function, whose role reads the proxy’s password for Lambda, and no others', () => {
    const mappings = statements.filter(({ Action }) => Action.includes(mapping));
    expect(mappings).toHaveLength(1);
    const [statement] = mappings;
    // No resource of a mapping that does not exist yet has the function's name.
    expect(statement).toMatchObject({
      Resource: '*',
      Condition: { ArnLike: { 'lambda:FunctionArn': 'arn:aws:lambda:*:ACCOUNT:function:STACK-*' } },
    });
    expect(rows.find((row) => rightsOf(row).includes(mapping))).toContain('`proxy.secretArn`');
  });

  it('lets nobody take a name, or the trust, of a role that it excepts', () => {
    const guarded = statements
      .filter(({ Action }) =>
        ['iam:CreateRole', 'iam:UpdateAssumeRolePolicy', 'iam:PassRole'].every((action) =>
          Action.includes(action),
        ),
      )
      .flatMap(({ Resource }) => Resource)
      .filter((arn) => arn.includes(':role/'));
    const roles = statements.flatMap(
      ({ Condition }) => JSON.stringify(Condition).match(/arn:[^"]+:role\/[^"]+/g) ?? [],
    );
    // Who administers roles is excepted from this by necessity.
    for (const role of roles.filter((arn) => !arn.endsWith('role/ADMINS'))) {
      const isGuarded = guarded.some((arn) =>
        arn.endsWith('*') ? role.startsWith(arn.slice(0, -1)) : role === arn,
      );
      expect(isGuarded, role).toBe(true);
    }
    expect(roles.length).toBeGreaterThan(5);
  });

  it('names the resources of a stack as CDK and CloudFormation do', () => {
    const app = new App();
    const stack = new Stack(app, 'my-adobe-tokens-of-production');
    new ImsTokenRotator(stack, 'Rotator', { alarms: { emails: ['ops@example.com'] } });
    const { Resources } = Template.fromStack(stack).toJSON() as Synthesized;
    const namesOf = (type: string, property: string): readonly unknown[] =>
      Object.values(Resources)
        .filter(({ Type }) => Type === type)
        .map(({ Properties = {} }) => Properties[property]);
    // CDK names it, without hyphens.
    const [group] = namesOf('AWS::Scheduler::ScheduleGroup', 'Name');
    expect(group).toMatch(/^myadobetokensofproduction/);
    expect(rights).toContain("CDK leaves hyphens out of\nthe schedule group's name");
    // CloudFormation gives these the name of the stack, shortened if need be.
    for (const [type, property] of [
      ['AWS::Lambda::Function', 'FunctionName'],
      ['AWS::IAM::Role', 'RoleName'],
      ['AWS::Logs::LogGroup', 'LogGroupName'],
      ['AWS::Events::Rule', 'Name'],
      ['AWS::CloudWatch::Alarm', 'AlarmName'],
    ] as const) {
      const names = namesOf(type, property);
      expect(names.length, type).toBeGreaterThan(0);
      for (const name of names) expect(name, type).toBeUndefined();
    }
  });

  it('says what to replace where CDK does not deploy the stack', () => {
    const [, text = ''] = /\[Without CDK\](.*?)\n\n/s.exec(rights) ?? [];
    const replaced = quoted(text);
    const ofCdk = JSON.stringify(statements).match(/cdk-hnb659fds-[a-z-]+role-\*/g) ?? [];
    for (const role of ofCdk) expect(replaced).toContain(role);
    expect(replaced).toContain('schedule/STACK*');
    expect(JSON.stringify(statements)).toContain('schedule/STACK*');
  });

  it('has a policy that fits two service control policies, and the rotator’s names', () => {
    // Without white space, as the console counts it, and with names as long as they get.
    const isFirst = ({ Sid }: Statement): boolean => /^Statement[12]/.test(Sid);
    for (const some of [statements.filter(isFirst), statements.filter((one) => !isFirst(one))]) {
      const filled = JSON.stringify({ Version: '2012-10-17', Statement: some })
        .replaceAll('ACCOUNT', '111122223333')
        .replaceAll(/STACK|ROTATOR|OPERATORS|ADMINS/g, 'a-name-of-forty-characters-as-they-get-x');
      expect(filled.length).toBeLessThan(5120);
    }
    const text = JSON.stringify(statements);
    expect(text).toContain(`secret:${defaultPrefix('ROTATOR')}/*`);
    expect(text).toContain(`"cloudwatch:namespace":"${metricNamespace}"`);
    expect(tagKeys.paused).toMatch(/^ims-token-rotator:/);
  });
});

describe('the rule for deletions', () => {
  const pattern = JSON.parse(deletions);
  const name = `${defaultPrefix('prod')}/fusion/token`;
  const arn = `arn:aws:secretsmanager:eu-west-1:111122223333:secret:${name}-AbCdEf`;
  const deletion = (secretId: string, detail: object = {}) => ({
    source: 'aws.secretsmanager',
    'detail-type': 'AWS API Call via CloudTrail',
    detail: {
      eventSource: 'secretsmanager.amazonaws.com',
      eventName: 'DeleteSecret',
      requestParameters: { secretId, recoveryWindowInDays: 30 },
      ...detail,
    },
  });

  it.each([
    ['by its ARN, as offboard does', deletion(arn), true],
    ['by its name', deletion(name), true],
    ['of another secret', deletion('database/password'), false],
    ['that AWS refused', deletion(arn, { errorCode: 'AccessDenied' }), false],
    ['that is none, but a read', deletion(arn, { eventName: 'DescribeSecret' }), false],
  ])('matches a deletion %s: %#', (_, event, expected) => {
    expect(matches(pattern, event)).toBe(expected);
  });
});

type Rule = string | { readonly exists?: boolean; readonly wildcard?: string };

/** EventBridge's rules, as far as this pattern uses them. */
function matches(pattern: object, event: unknown): boolean {
  return Object.entries(pattern).every(([key, rules]: [string, object | readonly Rule[]]) => {
    const value = (event as Readonly<Record<string, unknown>>)[key];
    return Array.isArray(rules)
      ? rules.some((rule: Rule) => matchesRule(rule, value))
      : matches(rules, value ?? {});
  });
}

function matchesRule(rule: Rule, value: unknown): boolean {
  if (typeof rule === 'string') return rule === value;
  if (rule.exists !== undefined) return rule.exists === (value !== undefined);
  // The pattern has its wildcards at both ends only.
  const [, inner = ''] = /^\*([^*]+)\*$/.exec(rule.wildcard ?? '') ?? [];
  return inner !== '' && typeof value === 'string' && value.includes(inner);
}
