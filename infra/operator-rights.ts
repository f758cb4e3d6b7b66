import { ArnFormat, Stack, Token } from 'aws-cdk-lib';
import { Grant, type IGrantable } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import type { IConstruct } from 'constructs';
import { type SecretKind, secretName, tagKeys } from '../core/contract.ts';
import { secretsManagerOf } from './keys.ts';
import { refuse } from './refuse.ts';
import { partialSecretArn, secretArnPattern } from './secret-arns.ts';

export interface OperatorRightsProps {
  /** The prefix of the rotator's secret names, without the slash that follows. */
  readonly prefix: string;
  readonly functionArn: string;
  /** Where the rotator is. @default - the scope's account and Region */
  readonly place?: { readonly account?: string; readonly region?: string } | undefined;
}

interface Right {
  readonly actions: string[];
  readonly resourceArns: string[];
  readonly conditions?: Record<string, Record<string, unknown>>;
}

/**
 * What the commands need, as the reference lists it. A test runs all commands with these rights, and
 * proves that none is spare.
 */
export class OperatorRights {
  readonly #rights: Right[];
  readonly #grantees: IGrantable[] = [];
  readonly #keys = new Set<string>();
  readonly #account: string;
  readonly #region: string;
  readonly #scope: IConstruct;
  readonly #functionArn: string;

  constructor(scope: IConstruct, { prefix, functionArn, place = {} }: OperatorRightsProps) {
    const arnOf = (kind: SecretKind): string =>
      secretArnPattern(partialSecretArn(scope, secretName(prefix, '*', kind), place));
    this.#scope = scope;
    this.#functionArn = functionArn;
    this.#account = place.account ?? Stack.of(scope).account;
    this.#region = place.region ?? Stack.of(scope).region;
    this.#rights = [
      ...onEverything(),
      {
        actions: ['lambda:GetFunctionConfiguration', 'lambda:InvokeFunction'],
        resourceArns: [functionArn],
      },
      ...onSecrets(arnOf('client'), arnOf('token')),
    ];
  }

  /** Gives the rights to an operator, including those that are added later. */
  grant(grantee: IGrantable): Grant {
    this.#checkAccount(grantee);
    this.#grantees.push(grantee);
    return this.#rights
      .map((right) => give(right, grantee))
      .reduce((all, grant) => all.combine(grant));
  }

  /** Adds a client secret outside the prefix, which can be stored anew but not created or deleted. */
  addClientSecret(arn: string): void {
    this.#add({ actions: clientActions, resourceArns: [arn] });
  }

  /** Adds a client secret that rotates, by the function that it names and by no other. */
  addClientSecretRotation(arn: string): void {
    this.#add({
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
    this.#add(
      {
        actions: ['kms:Decrypt', 'kms:GenerateDataKey'],
        resourceArns: [keyArn],
        conditions: { StringEquals: { 'kms:ViaService': secretsManagerOf(this.#region) } },
      },
      { actions: ['kms:DescribeKey'], resourceArns: [keyArn] },
    );
  }

  /** Adds the key of the function's environment, by which a command recognizes the function. */
  addEnvironmentKey({ keyArn }: IKey): void {
    this.#add({
      actions: ['kms:Decrypt'],
      resourceArns: [keyArn],
      conditions: { StringEquals: { 'kms:ViaService': `lambda.${this.#region}.amazonaws.com` } },
    });
  }

  /** Adds the topic of the alarms. */
  addTopic(arn: string): void {
    this.#add({ actions: ['sns:ListSubscriptionsByTopic'], resourceArns: [arn] });
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

  /** CDK would drop the rights of an imported role in silence, and in its own account they do nothing. */
  #checkAccount({ grantPrincipal: { principalAccount: account } }: IGrantable): void {
    const isKnown = account !== undefined && !Token.isUnresolved(account);
    if (!isKnown || Token.isUnresolved(this.#account) || account === this.#account) return;
    refuse(
      this.#scope,
      'OperatorAccount',
      `an operator of another account (${account}) can have no rights here; grant them to a role ` +
        `of the rotator's account (${this.#account}) that the operator assumes`,
    );
  }

  #add(...rights: Right[]): void {
    this.#rights.push(...rights);
    for (const grantee of this.#grantees) {
      for (const right of rights) give(right, grantee);
    }
  }
}

function give(right: Right, grantee: IGrantable): Grant {
  const grant = Grant.addToPrincipal({ grantee, ...right });
  // CDK would return in silence for a principal that has no policies of its own.
  grant.assertSuccess();
  return grant;
}

/** The actions that accept no resource, or list what others own too. */
function onEverything(): Right[] {
  return [
    {
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
    },
  ];
}

/** What storing a credential anew needs. */
const clientActions = [
  'secretsmanager:DescribeSecret',
  'secretsmanager:GetResourcePolicy',
  'secretsmanager:GetSecretValue',
  'secretsmanager:PutSecretValue',
];

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
    {
      actions: ['secretsmanager:CreateSecret', 'secretsmanager:DeleteSecret'],
      resourceArns: [clientSecrets, tokenSecrets],
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
