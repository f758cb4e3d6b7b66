import { ArnFormat, Duration, RemovalPolicy, Stack } from 'aws-cdk-lib';
import { PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Key } from 'aws-cdk-lib/aws-kms';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { EmailSubscription } from 'aws-cdk-lib/aws-sns-subscriptions';
import { Construct } from 'constructs';
import { acknowledge, findings } from './acknowledge.ts';
import { refuse } from './refuse.ts';

export interface AlarmTopicProps {
  /** The addresses to mail. Amazon SNS asks each one once to confirm. */
  readonly emails: string[];
}

/**
 * An encrypted topic that the CloudWatch alarms of this account and Region may publish to.
 *
 * CDK leaves two grants out: enforcing TLS replaces the topic's default policy, which lets CloudWatch
 * publish, and a new key allows the account alone. Without these grants, alarms are lost silently.
 *
 * @see https://docs.aws.amazon.com/sns/latest/dg/sns-key-management.html
 */
export class AlarmTopic extends Construct {
  readonly topic: Topic;
  /** A customer managed key: CloudWatch cannot use the AWS-managed `alias/aws/sns`. */
  readonly key: Key;

  constructor(scope: Construct, id: string, { emails }: AlarmTopicProps) {
    super(scope, id);
    if (emails.length === 0) {
      refuse(
        this,
        'NoRecipient',
        'an alarm topic needs an e-mail address: without one it notifies no one, but its key is billed',
      );
    }
    this.key = new Key(this, 'Key', {
      description: 'Encrypts the alarms of an IMS token rotator in transit',
      enableKeyRotation: true,
      // It encrypts nothing that is stored, and would be billed as long as it exists.
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
    for (const email of emails) {
      const subscription = this.topic.addSubscription(new EmailSubscription(email));
      acknowledge(subscription, findings.mailDeadLetters);
    }
  }

  /** Lets CloudWatch act for the alarms of this account and Region, and for no others. */
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
