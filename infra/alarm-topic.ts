import { ArnFormat, Duration, RemovalPolicy, Stack } from 'aws-cdk-lib';
import { PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Key } from 'aws-cdk-lib/aws-kms';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { EmailSubscription } from 'aws-cdk-lib/aws-sns-subscriptions';
import { Construct } from 'constructs';
import { refuse } from './refuse.ts';

export interface AlarmTopicProps {
  /** Who gets the mail. Amazon SNS asks each address once to confirm. */
  readonly emails: readonly string[];
}

/**
 * An encrypted topic that the CloudWatch alarms of this account and Region may publish to.
 *
 * The policies grant what CDK leaves out: it replaces the policy that lets CloudWatch publish as
 * soon as TLS is enforced, and a key allows nobody but the account. An alarm then fails in silence.
 *
 * @see https://docs.aws.amazon.com/sns/latest/dg/sns-key-management.html
 */
export class AlarmTopic extends Construct {
  readonly topic: Topic;
  /** A key of its own, as the one of AWS (`alias/aws/sns`) cannot be used by CloudWatch. */
  readonly key: Key;

  constructor(scope: Construct, id: string, { emails }: AlarmTopicProps) {
    super(scope, id);
    if (emails.length === 0) {
      refuse(
        this,
        'NobodyTold',
        'an alarm topic needs an e-mail address: it would reach nobody, and its key is billed',
      );
    }
    this.key = new Key(this, 'Key', {
      description: 'Encrypts the alarms of an IMS token rotator on their way',
      enableKeyRotation: true,
      // It encrypts nothing that is kept, and would be billed for as long as it is there.
      removalPolicy: RemovalPolicy.DESTROY,
      pendingWindow: Duration.days(7),
    });
    this.topic = new Topic(this, 'Topic', {
      displayName: 'IMS token rotator',
      masterKey: this.key,
      enforceSSL: true,
    });
    this.topic.addToResourcePolicy(
      this.#allowAlarms('AllowAlarms', ['sns:Publish'], this.topic.topicArn),
    );
    this.key.addToResourcePolicy(
      this.#allowAlarms('AllowAlarms', ['kms:Decrypt', 'kms:GenerateDataKey*'], '*'),
    );
    for (const email of emails) this.topic.addSubscription(new EmailSubscription(email));
  }

  /** To CloudWatch, for the alarms of this account and Region, and not on behalf of anybody else. */
  #allowAlarms(sid: string, actions: string[], resource: string): PolicyStatement {
    const stack = Stack.of(this);
    return new PolicyStatement({
      sid,
      principals: [new ServicePrincipal('cloudwatch.amazonaws.com')],
      actions,
      resources: [resource],
      conditions: {
        StringEquals: { 'aws:SourceAccount': stack.account },
        ArnLike: {
          'aws:SourceArn': stack.formatArn({
            service: 'cloudwatch',
            resource: 'alarm',
            resourceName: '*',
            arnFormat: ArnFormat.COLON_RESOURCE_NAME,
          }),
        },
      },
    });
  }
}
