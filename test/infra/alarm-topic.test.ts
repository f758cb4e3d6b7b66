import { App, Stack } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import { describe, expect, it } from 'vitest';
import { AlarmTopic } from '../../infra/alarm-topic.ts';
import { alarmsOf } from './alarm-evaluator.ts';
import { monitoredTemplate } from './monitored-stack.ts';

interface Statement {
  readonly Effect: string;
  readonly Principal: { readonly Service?: string };
  readonly Action: string | readonly string[];
  readonly Resource: unknown;
  readonly Condition: unknown;
}

interface TemplateJson {
  readonly Resources: Record<string, { Type: string; Properties: Record<string, unknown> }>;
}

const forAlarmsOfThisAccount = {
  StringEquals: { 'aws:SourceAccount': { Ref: 'AWS::AccountId' } },
  ArnLike: {
    'aws:SourceArn': {
      'Fn::Join': [
        '',
        [
          'arn:',
          { Ref: 'AWS::Partition' },
          ':cloudwatch:',
          { Ref: 'AWS::Region' },
          ':',
          { Ref: 'AWS::AccountId' },
          ':alarm:*',
        ],
      ],
    },
  },
};

/** True if a policy lets CloudWatch do something for the alarms of this account, and no others. */
function allowsAlarms(statements: readonly Statement[], action: string): boolean {
  return statements.some(
    ({ Effect, Principal, Action, Condition }) =>
      Effect === 'Allow' &&
      Principal.Service === 'cloudwatch.amazonaws.com' &&
      [Action].flat().includes(action) &&
      JSON.stringify(Condition) === JSON.stringify(forAlarmsOfThisAccount),
  );
}

/**
 * Follows each alarm to its actions, topics, topic policies, keys and key policies.
 *
 * @returns the number of paths from an alarm to a mail
 * @throws Error that names the point where a path is blocked
 */
function followAlarms(json: TemplateJson): number {
  const resources = Object.entries(json.Resources);
  const ofType = (type: string) => resources.filter(([, { Type }]) => Type === type);
  const topicPolicy = (topic: string): readonly Statement[] =>
    ofType('AWS::SNS::TopicPolicy')
      .map(([, { Properties }]) => Properties as never)
      .filter(({ Topics }: { Topics: { Ref: string }[] }) =>
        Topics.some(({ Ref }) => Ref === topic),
      )
      .flatMap(({ PolicyDocument }: { PolicyDocument: { Statement: Statement[] } }) =>
        PolicyDocument.Statement.filter(
          ({ Resource }) => JSON.stringify(Resource) === JSON.stringify({ Ref: topic }),
        ),
      );
  let paths = 0;
  for (const [alarm, { Properties }] of ofType('AWS::CloudWatch::Alarm')) {
    for (const kind of ['AlarmActions', 'OKActions']) {
      const actions = (Properties[kind] ?? []) as { Ref: string }[];
      if (actions.length === 0) throw new Error(`${alarm} has no ${kind}`);
      for (const { Ref: topic } of actions) {
        const topicProperties = json.Resources[topic]?.Properties as
          | { KmsMasterKeyId?: { 'Fn::GetAtt': [string, string] } }
          | undefined;
        if (!allowsAlarms(topicPolicy(topic), 'sns:Publish')) {
          throw new Error(`${alarm}: ${topic} does not let CloudWatch publish`);
        }
        const key = topicProperties?.KmsMasterKeyId?.['Fn::GetAtt'][0] ?? '';
        const { KeyPolicy } = (json.Resources[key]?.Properties ?? {}) as {
          KeyPolicy?: { Statement: readonly Statement[] };
        };
        for (const action of ['kms:Decrypt', 'kms:GenerateDataKey*']) {
          if (!allowsAlarms(KeyPolicy?.Statement ?? [], action)) {
            throw new Error(`${alarm}: ${key} does not let CloudWatch ${action}`);
          }
        }
        paths += 1;
      }
    }
  }
  if (paths === 0) throw new Error('no alarm has an action');
  return paths;
}

/** A template in which no policy of one resource type grants CloudWatch anything. */
function withoutGrantsOf(type: string): TemplateJson {
  const json = structuredClone(monitoredTemplate().toJSON()) as TemplateJson;
  for (const { Type, Properties } of Object.values(json.Resources)) {
    if (Type !== type) continue;
    for (const document of Object.values(Properties) as { Statement?: Statement[] }[]) {
      if (!Array.isArray(document?.Statement)) continue;
      document.Statement = document.Statement.filter(
        ({ Principal }) => Principal.Service !== 'cloudwatch.amazonaws.com',
      );
    }
  }
  return json;
}

describe('the path from an alarm to a mail', () => {
  it('is open for every alarm, when it is raised and when it is over', () => {
    expect(followAlarms(monitoredTemplate().toJSON() as TemplateJson)).toBe(16);
  });

  it('is blocked at a topic whose policy does not let CloudWatch publish', () => {
    expect(() => followAlarms(withoutGrantsOf('AWS::SNS::TopicPolicy'))).toThrow(
      'does not let CloudWatch publish',
    );
  });

  it('is blocked at a key whose policy does not let CloudWatch decrypt', () => {
    expect(() => followAlarms(withoutGrantsOf('AWS::KMS::Key'))).toThrow(
      'does not let CloudWatch kms:Decrypt',
    );
  });

  it('does not exist without an alarm, or without a recipient', () => {
    expect(() => followAlarms({ Resources: {} })).toThrow('no alarm has an action');
    const silent = monitoredTemplate({ emails: [] }).toJSON() as TemplateJson;
    expect(() => followAlarms(silent)).toThrow('has no AlarmActions');
  });
});

describe('AlarmTopic', () => {
  it('accepts TLS only, and is encrypted with a customer managed key that AWS rotates', () => {
    const template = monitoredTemplate();
    template.hasResourceProperties('AWS::SNS::TopicPolicy', {
      PolicyDocument: {
        Statement: Match.arrayWith([
          Match.objectLike({
            Effect: 'Deny',
            Principal: '*',
            Condition: { Bool: { 'aws:SecureTransport': 'false' } },
          }),
        ]),
      },
    });
    template.hasResource('AWS::KMS::Key', {
      Properties: { EnableKeyRotation: true, PendingWindowInDays: 7 },
      DeletionPolicy: 'Delete',
    });
  });

  it('subscribes each e-mail address', () => {
    const template = monitoredTemplate({ emails: ['a@example.com', 'b@example.com'] });
    const subscriptions = Object.values(template.findResources('AWS::SNS::Subscription'));
    expect(
      subscriptions.map(({ Properties }) => [Properties.Protocol, Properties.Endpoint]),
    ).toEqual([
      ['email', 'a@example.com'],
      ['email', 'b@example.com'],
    ]);
  });

  it('rejects an empty list of e-mail addresses', () => {
    const stack = new Stack(new App(), 'S');
    expect(() => new AlarmTopic(stack, 'AlarmTopic', { emails: [] })).toThrow(
      'an alarm topic needs an e-mail address',
    );
  });

  it('is absent, with its key, when the alarms have no recipient', () => {
    const template = monitoredTemplate({ emails: [] });
    template.resourceCountIs('AWS::SNS::Topic', 0);
    template.resourceCountIs('AWS::KMS::Key', 0);
    for (const alarm of alarmsOf(template)) {
      expect(alarm.AlarmActions).toBeUndefined();
      expect(alarm.OKActions).toBeUndefined();
    }
  });

  it('grants the same in China, where the partition differs', () => {
    const stack = new Stack(new App(), 'S', {
      env: { account: '111122223333', region: 'cn-north-1' },
    });
    new AlarmTopic(stack, 'AlarmTopic', { emails: ['ops@example.com'] });
    const text = JSON.stringify(Template.fromStack(stack).toJSON());
    expect(text).toContain(':cloudwatch:cn-north-1:111122223333:alarm:*');
    expect(text).toContain('"Service":"cloudwatch.amazonaws.com"');
  });
});
