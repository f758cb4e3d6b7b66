import { App, Stack } from 'aws-cdk-lib';
import { Annotations, Match, Template } from 'aws-cdk-lib/assertions';
import { EventBus } from 'aws-cdk-lib/aws-events';
import { EventBus as EventBusTarget, SqsQueue } from 'aws-cdk-lib/aws-events-targets';
import { Key } from 'aws-cdk-lib/aws-kms';
import { Queue } from 'aws-cdk-lib/aws-sqs';
import { beforeEach, describe, expect, it } from 'vitest';
import { ImsCredential, ImsTokenRotator } from '../../infra/index.ts';

const env = { account: '111122223333', region: 'eu-west-1' };
const other = '444455556666';

let app: App;
let stack: Stack;

beforeEach(() => {
  app = new App();
  stack = new Stack(app, 'Apps', { env });
});

const target = (scope: Stack = stack): SqsQueue => new SqsQueue(new Queue(scope, 'Queue'));

/** The pattern of a token that is stored in the given secret. */
const renewed = (name: string, place = env) => ({
  source: ['aws.secretsmanager'],
  'detail-type': ['Secret Label Updated'],
  detail: { labelUpdated: ['AWSCURRENT'], name: [name] },
  account: [place.account],
  region: [place.region],
});

function expectRule(scope: Stack, pattern: object): void {
  const rules = Template.fromStack(scope).findResources('AWS::Events::Rule');
  const patterns = Object.values(rules)
    .filter(({ Properties }) => String(Properties.Description).startsWith('A new access token'))
    .map(({ Properties }) => Properties.EventPattern);
  expect(patterns).toEqual([pattern]);
}

describe('onTokenRenewed', () => {
  it('invokes the target for a new current version of this token secret only', () => {
    const credential = new ImsTokenRotator(stack, 'Rotator').addCredential('fusion');
    credential.onTokenRenewed('Redeploy', { target: target() });
    expectRule(stack, renewed('ims-token-rotator/Apps/fusion/token'));
    Template.fromStack(stack).hasResourceProperties('AWS::Events::Rule', {
      Description: 'A new access token is in ims-token-rotator/Apps/fusion/token',
      Targets: [{ Arn: { 'Fn::GetAtt': [Match.stringLikeRegexp('^Queue'), 'Arn'] } }],
    });
  });

  it('works for a credential of another stack', () => {
    const credential = ImsCredential.fromName(stack, 'F', { rotatorName: 'prod', name: 'fusion' });
    credential.onTokenRenewed('Redeploy', { target: target() });
    expectRule(stack, renewed('ims-token-rotator/prod/fusion/token'));
    Annotations.fromStack(stack).hasNoWarning('*', Match.anyValue());
  });

  it('creates the rule with a target of another stack there, which depends on this one already', () => {
    const credential = new ImsTokenRotator(stack, 'Rotator').addCredential('fusion');
    const service = new Stack(app, 'Service', { env });
    const queue = new Queue(service, 'Queue');
    queue.node.addMetadata('reads', credential.tokenSecret.secretArn);
    service.addDependency(stack);
    const rule = credential.onTokenRenewed('Redeploy', {
      target: new SqsQueue(queue),
      crossStackScope: service,
    });
    expect(rule.stack).toBe(service);
    expectRule(service, renewed('ims-token-rotator/Apps/fusion/token'));
  });

  it.each([
    ['account', { account: other }],
    ['Region', { region: 'us-east-1' }],
  ])(
    'warns that a credential of another %s sends no event here unless it is forwarded',
    (_, place) => {
      const credential = ImsCredential.fromName(stack, 'F', {
        rotatorName: 'prod',
        name: 'fusion',
        encryptionKey: Key.fromKeyArn(stack, 'Key', `arn:aws:kms:eu-west-1:${other}:key/1`),
        ...place,
      });
      credential.onTokenRenewed('Redeploy', { target: target() });
      expectRule(stack, renewed('ims-token-rotator/prod/fusion/token', { ...env, ...place }));
      Annotations.fromStack(stack).hasWarning(
        '/Apps/F/Redeploy',
        Match.stringLikeRegexp('forwards them to this event bus.*ims-token-rotator:eventElsewhere'),
      );
    },
  );

  it('forwards the event to the bus of another account', () => {
    const bus = `arn:aws:events:eu-west-1:${other}:event-bus/default`;
    new ImsTokenRotator(stack, 'Rotator').addCredential('fusion').onTokenRenewed('Forward', {
      target: new EventBusTarget(EventBus.fromEventBusArn(stack, 'Bus', bus)),
    });
    Template.fromStack(stack).hasResourceProperties('AWS::Events::Rule', {
      EventPattern: renewed('ims-token-rotator/Apps/fusion/token'),
      Targets: [{ Arn: bus }],
    });
  });
});
