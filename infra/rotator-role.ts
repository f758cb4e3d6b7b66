import { Stack } from 'aws-cdk-lib';
import { Policy, PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { Construct } from 'constructs';
import { type SecretKind, secretName, tagKeys } from '../core/contract.ts';
import { secretsManagerOf } from './keys.ts';
import { refuse } from './refuse.ts';
import { partialSecretArn, secretArnPattern } from './secret-arns.ts';

export interface RotatorRoleProps {
  readonly rotator: string;
  /** The prefix of the secrets' names, without the slash that follows. */
  readonly prefix: string;
}

// All inline policies of a role together may have 10,240 characters.
const maxKeys = 25;

/** The function's role, which allows exactly what the function does. */
export class RotatorRole extends Construct {
  readonly role: Role;
  readonly #keys = new Set<string>();
  readonly #decrypt: PolicyStatement;
  readonly #generate: PolicyStatement;
  #keysPolicy: Policy | undefined;
  #clientSecrets: PolicyStatement | undefined;

  constructor(scope: Construct, id: string, { rotator, prefix }: RotatorRoleProps) {
    super(scope, id);
    this.role = new Role(this, 'Role', {
      assumedBy: new ServicePrincipal('lambda.amazonaws.com'),
      description: `Renews the Adobe IMS access tokens of the rotator ${rotator}`,
    });
    const arnsOf = (kind: SecretKind): string =>
      secretArnPattern(partialSecretArn(this, secretName(prefix, '*', kind)));
    // ListSecrets has no resource-level permissions; a separate policy keeps that one `*` apart.
    this.#policy('ListPolicy', [
      new PolicyStatement({ actions: ['secretsmanager:ListSecrets'], resources: ['*'] }),
    ]);
    this.#policy('SecretsPolicy', secretsStatements(arnsOf('client'), arnsOf('token')));
    const conditions = {
      StringEquals: { 'kms:ViaService': secretsManagerOf(Stack.of(this).region) },
    };
    this.#decrypt = new PolicyStatement({ actions: ['kms:Decrypt'], conditions });
    this.#generate = new PolicyStatement({ actions: ['kms:GenerateDataKey'], conditions });
  }

  /** Adds a client secret outside the prefix. The function describes it, as no list shows it. */
  allowClientSecret(arn: string): void {
    if (this.#clientSecrets === undefined) {
      this.#clientSecrets = new PolicyStatement({
        actions: ['secretsmanager:DescribeSecret', 'secretsmanager:GetSecretValue'],
      });
      this.#policy('ClientSecretsPolicy', [this.#clientSecrets]);
    }
    this.#clientSecrets.addResources(arn);
  }

  /**
   * Adds a customer managed key, whose own policy must delegate to the account's IAM policies.
   *
   * @param use `write` for a key that encrypts token secrets
   */
  allowKey(key: IKey, use: 'read' | 'write'): void {
    this.#keys.add(key.keyArn);
    if (this.#keys.size > maxKeys) {
      refuse(
        this,
        'TooManyKeys',
        `the policies of one role have room for ${maxKeys} keys; let credentials share keys, or ` +
          'use several rotators',
      );
    }
    this.#keysPolicy ??= this.#policy('KeysPolicy', [this.#decrypt]);
    this.#decrypt.addResources(key.keyArn);
    if (use === 'read') return;
    if (this.#generate.resources.length === 0) this.#keysPolicy.addStatements(this.#generate);
    this.#generate.addResources(key.keyArn);
  }

  /** Adds what a function in a VPC needs; CDK does so only for a role that it creates itself. */
  allowNetworkInterfaces(): Policy {
    return this.#policy('NetworkPolicy', [
      new PolicyStatement({
        actions: [
          'ec2:AssignPrivateIpAddresses',
          'ec2:CreateNetworkInterface',
          'ec2:DeleteNetworkInterface',
          'ec2:DescribeNetworkInterfaces',
          'ec2:DescribeSubnets',
          'ec2:UnassignPrivateIpAddresses',
        ],
        resources: ['*'],
      }),
    ]);
  }

  #policy(id: string, statements: PolicyStatement[]): Policy {
    return new Policy(this, id, { roles: [this.role], statements });
  }
}

function secretsStatements(clientSecrets: string, tokenSecrets: string): PolicyStatement[] {
  return [
    new PolicyStatement({
      actions: ['secretsmanager:GetSecretValue'],
      resources: [clientSecrets],
    }),
    new PolicyStatement({
      actions: [
        'secretsmanager:DescribeSecret',
        'secretsmanager:GetSecretValue',
        'secretsmanager:PutSecretValue',
        'secretsmanager:UpdateSecretVersionStage',
      ],
      resources: [tokenSecrets],
    }),
    new PolicyStatement({
      actions: ['secretsmanager:TagResource'],
      resources: [tokenSecrets],
      conditions: {
        'ForAllValues:StringEquals': { 'aws:TagKeys': [tagKeys.status, tagKeys.requested] },
      },
    }),
  ];
}
