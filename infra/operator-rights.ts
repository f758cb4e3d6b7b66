import { ArnFormat, Stack } from 'aws-cdk-lib';
import type { Grant, IGrantable } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import type { IConstruct } from 'constructs';
import { type SecretKind, secretName, tagKeys } from '../core/contract.ts';
import { secretsManagerOf } from './keys.ts';
import { type Right, RightSet } from './right-set.ts';
import { partialSecretArn, secretArnPattern } from './secret-arns.ts';

export interface OperatorRightsProps {
  /** The prefix of the rotator's secret names, without the slash that follows. */
  readonly prefix: string;
  readonly functionArn: string;
  /** Where the rotator is. @default - the scope's account and Region */
  readonly place?: { readonly account?: string; readonly region?: string } | undefined;
}

/**
 * What the commands of people need, as the reference lists it. Tests run all commands with these
 * rights, and prove that none is spare.
 *
 * Answering a leak is a right of its own: it writes tokens, which no other command does.
 */
export class OperatorRights {
  readonly #operate: RightSet;
  readonly #respond: RightSet;
  readonly #keys = new Set<string>();
  readonly #region: string;
  readonly #scope: IConstruct;
  readonly #functionArn: string;

  constructor(scope: IConstruct, { prefix, functionArn, place = {} }: OperatorRightsProps) {
    const arnOf = (kind: SecretKind): string =>
      secretArnPattern(partialSecretArn(scope, secretName(prefix, '*', kind), place));
    const [client, token] = [arnOf('client'), arnOf('token')];
    const onFunction = {
      actions: ['lambda:GetFunctionConfiguration', 'lambda:InvokeFunction'],
      resourceArns: [functionArn],
    };
    this.#scope = scope;
    this.#functionArn = functionArn;
    this.#region = place.region ?? Stack.of(scope).region;
    this.#operate = new RightSet(scope, {
      holder: 'operator',
      account: place.account,
      rights: [onEverything, onFunction, ...onSecrets(client, token)],
    });
    this.#respond = new RightSet(scope, {
      holder: 'responder',
      account: place.account,
      rights: [
        { actions: ['cloudtrail:LookupEvents', 'lambda:ListFunctions'], resourceArns: ['*'] },
        onFunction,
        { actions: leakActions, resourceArns: [client, token] },
        noteRotation(client),
      ],
    });
  }

  /** Gives the rights to an operator, including those that are added later. */
  grantOperate(grantee: IGrantable): Grant {
    return this.#operate.grant(grantee);
  }

  /** Gives what answering a leak needs, including what is added later. */
  grantRespondToLeaks(grantee: IGrantable): Grant {
    return this.#respond.grant(grantee);
  }

  /** Adds a client secret outside the prefix, which can be stored anew but not created or deleted. */
  addClientSecret(arn: string): void {
    this.#operate.add({ actions: clientActions, resourceArns: [arn] });
    this.#respond.add({ actions: leakActions, resourceArns: [arn] }, noteRotation(arn));
  }

  /** Adds a client secret that rotates, by the function that it names and by no other. */
  addClientSecretRotation(arn: string): void {
    this.#operate.add({
      actions: ['secretsmanager:RotateSecret'],
      resourceArns: [arn],
      conditions: {
        StringEqualsIfExists: { 'secretsmanager:RotationLambdaARN': this.#functionArn },
      },
    });
  }

  /** Adds a key that encrypts secrets. */
  addKey({ keyArn }: IKey): void {
    if (this.#keys.has(keyArn)) return;
    this.#keys.add(keyArn);
    const use = {
      actions: ['kms:Decrypt', 'kms:GenerateDataKey'],
      resourceArns: [keyArn],
      conditions: { StringEquals: { 'kms:ViaService': secretsManagerOf(this.#region) } },
    };
    this.#operate.add(use, { actions: ['kms:DescribeKey'], resourceArns: [keyArn] });
    this.#respond.add(use);
  }

  /** Adds the key of the function's environment, by which a command recognizes the function. */
  addEnvironmentKey({ keyArn }: IKey): void {
    const use = {
      actions: ['kms:Decrypt'],
      resourceArns: [keyArn],
      conditions: { StringEquals: { 'kms:ViaService': `lambda.${this.#region}.amazonaws.com` } },
    };
    this.#operate.add(use);
    this.#respond.add(use);
  }

  /** Adds the topic of the alarms. */
  addTopic(arn: string): void {
    this.#operate.add({ actions: ['sns:ListSubscriptionsByTopic'], resourceArns: [arn] });
  }

  /** Adds the schedules that invoke the function. @default - all groups, one of which has them */
  addSchedules(group = '*', place: OperatorRightsProps['place'] = {}): void {
    const resource = Stack.of(this.#scope).formatArn({
      service: 'scheduler',
      ...place,
      resource: 'schedule',
      resourceName: `${group}/*`,
    });
    this.#operate.add({ actions: ['scheduler:GetSchedule'], resourceArns: [resource] });
  }

  /** Adds all topics of the rotator's account and Region, one of which may have its alarms. */
  addAnyTopic(place: OperatorRightsProps['place']): void {
    this.addTopic(
      Stack.of(this.#scope).formatArn({
        service: 'sns',
        ...place,
        resource: '*',
        arnFormat: ArnFormat.NO_RESOURCE_NAME,
      }),
    );
  }
}

/** The actions that accept no resource, or list what others own too. */
const onEverything: Right = {
  actions: [
    'cloudtrail:LookupEvents',
    'cloudwatch:DescribeAlarmsForMetric',
    'cloudwatch:GetMetricData',
    'cloudwatch:ListAlarmMuteRules',
    'lambda:ListFunctions',
    'scheduler:ListSchedules',
    'secretsmanager:ListSecrets',
  ],
  resourceArns: ['*'],
};

/** What storing a credential anew needs, and comparing its versions with what Adobe lists. */
const clientActions = [
  'secretsmanager:DescribeSecret',
  'secretsmanager:GetResourcePolicy',
  'secretsmanager:GetSecretValue',
  'secretsmanager:ListSecretVersionIds',
  'secretsmanager:PutSecretValue',
];

/** What replacing a client secret or a token needs, whichever version holds it. */
const leakActions = [
  'secretsmanager:DescribeSecret',
  'secretsmanager:GetResourcePolicy',
  'secretsmanager:GetSecretValue',
  'secretsmanager:ListSecretVersionIds',
  'secretsmanager:PutSecretValue',
  'secretsmanager:UpdateSecretVersionStage',
];

function noteRotation(clientSecret: string): Right {
  return {
    actions: ['secretsmanager:TagResource'],
    resourceArns: [clientSecret],
    conditions: { 'ForAllValues:StringEquals': { 'aws:TagKeys': [tagKeys.rotation] } },
  };
}

function onSecrets(clientSecrets: string, tokenSecrets: string): Right[] {
  return [
    { actions: clientActions, resourceArns: [clientSecrets] },
    {
      actions: [
        'secretsmanager:DescribeSecret',
        'secretsmanager:GetResourcePolicy',
        'secretsmanager:GetSecretValue',
        'secretsmanager:ListSecretVersionIds',
      ],
      resourceArns: [tokenSecrets],
    },
    { actions: ['secretsmanager:CreateSecret'], resourceArns: [clientSecrets, tokenSecrets] },
    {
      actions: ['secretsmanager:DeleteSecret'],
      resourceArns: [clientSecrets, tokenSecrets],
      // A request that does not say whether it forces the deletion lacks the key: there is a window.
      conditions: { BoolIfExists: { 'secretsmanager:ForceDeleteWithoutRecovery': 'false' } },
    },
    // The token secret is deleted last, so that its deletion is never undone.
    { actions: ['secretsmanager:RestoreSecret'], resourceArns: [clientSecrets] },
    {
      actions: ['secretsmanager:TagResource'],
      resourceArns: [tokenSecrets],
      conditions: {
        'ForAllValues:StringEquals': {
          'aws:TagKeys': [tagKeys.paused, tagKeys.product, tagKeys.scopes, tagKeys.renewBefore],
        },
      },
    },
  ];
}
