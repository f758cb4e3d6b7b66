import { Stack } from 'aws-cdk-lib';
import { type IRole, Policy, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import type { ILogGroup } from 'aws-cdk-lib/aws-logs';
import type { ISecret } from 'aws-cdk-lib/aws-secretsmanager';
import { Construct } from 'constructs';
import { type SecretKind, secretName, tagKeys } from '../core/contract.ts';
import { acknowledge, acknowledgeResources, findings } from './acknowledge.ts';
import { attachPolicy, checkTrust, newExecutionRole } from './execution-role.ts';
import { checkKey, secretsManagerOf } from './keys.ts';
import { refuseOpenRole } from './open-roles.ts';
import { refuse } from './refuse.ts';
import { partialSecretArn, secretArnPattern } from './secret-arns.ts';

export interface RotatorRoleProps {
  readonly rotator: string;
  /** The prefix of the secrets' names, without the slash that follows. */
  readonly prefix: string;
  /** @default - a new role */
  readonly role?: IRole | undefined;
}

// All inline policies of a role together may have 10,240 characters.
const maxKeys = 25;

/** The function's role with its policies, which allow exactly what the function does. */
export class RotatorRole extends Construct {
  readonly role: IRole;
  readonly #isOwn: boolean;
  readonly #keys = new Set<string>();
  readonly #decrypt: PolicyStatement;
  readonly #generate: PolicyStatement;
  #keysPolicy: Policy | undefined;
  readonly #clientSecrets = new PolicyStatement({
    actions: ['secretsmanager:DescribeSecret', 'secretsmanager:GetSecretValue'],
  });
  #clientSecretsPolicy: Policy | undefined;

  constructor(scope: Construct, id: string, props: RotatorRoleProps) {
    super(scope, id);
    const { rotator, prefix, role } = props;
    if (role !== undefined) {
      checkTrust(this, role);
      refuseOpenRole(this, role, {
        who: 'function’s role',
        what: 'read the tokens and the client secrets',
      });
    }
    this.#isOwn = role === undefined;
    this.role = role ?? newExecutionRole(this, rotator);
    const arnsOf = (kind: SecretKind): string =>
      secretArnPattern(partialSecretArn(this, secretName(prefix, '*', kind)));
    // ListSecrets has no resource-level permissions; a separate policy keeps that one `*` apart.
    this.#policyOnEverything(
      'ListPolicy',
      ['secretsmanager:ListSecrets'],
      'ListSecrets has no resource-level permissions; the policy has no other action',
    );
    const secrets = [arnsOf('client'), arnsOf('token')] as const;
    acknowledgeResources(
      this.#policy('SecretsPolicy', secretsStatements(...secrets)),
      secrets,
      'The name is the contract: one statement serves every credential under the prefix of this rotator, including those onboarded at run time; Secrets Manager chooses the last six characters',
    );
    const conditions = {
      StringEquals: { 'kms:ViaService': secretsManagerOf(Stack.of(this).region) },
    };
    this.#decrypt = new PolicyStatement({ actions: ['kms:Decrypt'], conditions });
    this.#generate = new PolicyStatement({ actions: ['kms:GenerateDataKey'], conditions });
  }

  /** Adds the function's log. CDK's grant would make the stack of a given role depend on this one. */
  allowLog(logGroup: ILogGroup): void {
    if (this.#isOwn) {
      logGroup.grantWrite(this.role);
      const policy = this.role.node.tryFindChild('DefaultPolicy');
      if (policy !== undefined) acknowledge(policy, findings.inlinePolicy);
      return;
    }
    this.#policy('LogPolicy', [
      new PolicyStatement({
        actions: ['logs:CreateLogStream', 'logs:PutLogEvents'],
        resources: [logGroup.logGroupArn],
      }),
    ]);
  }

  /** Adds a client secret outside the prefix. The function describes it, as no list shows it. */
  allowClientSecret(arn: string): void {
    this.#clientSecrets.addResources(arn);
    this.#clientSecretsPolicy ??= this.#policy('ClientSecretsPolicy', [this.#clientSecrets]);
    attachPolicy(this.role, this.#clientSecretsPolicy);
  }

  /** Adds the secret that holds the proxy's user name and password, and its key. */
  allowProxySecret({ secretArn, encryptionKey }: ISecret): void {
    this.#policy('ProxyPolicy', [
      new PolicyStatement({ actions: ['secretsmanager:GetSecretValue'], resources: [secretArn] }),
    ]);
    if (encryptionKey === undefined) return;
    checkKey(this, encryptionKey);
    this.allowKey(encryptionKey, 'read');
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
    this.#decrypt.addResources(key.keyArn);
    this.#keysPolicy ??= this.#policy('KeysPolicy', [this.#decrypt]);
    if (use === 'write') {
      if (this.#generate.resources.length === 0) this.#keysPolicy.addStatements(this.#generate);
      this.#generate.addResources(key.keyArn);
    }
    attachPolicy(this.role, this.#keysPolicy);
  }

  /** Adds what a function in a VPC needs; CDK does so only for a role that it creates itself. */
  allowNetworkInterfaces(): Policy {
    return this.#policyOnEverything(
      'NetworkPolicy',
      [
        'ec2:AssignPrivateIpAddresses',
        'ec2:CreateNetworkInterface',
        'ec2:DeleteNetworkInterface',
        'ec2:DescribeNetworkInterfaces',
        'ec2:DescribeSubnets',
        'ec2:UnassignPrivateIpAddresses',
      ],
      'Lambda creates the network interfaces of a function in a VPC; their ARNs are unknown at deployment',
    );
  }

  /** Adds what tracing needs; CDK would mix it with what is not on `*`. */
  allowTracing(): Policy {
    return this.#policyOnEverything(
      'TracingPolicy',
      ['xray:PutTelemetryRecords', 'xray:PutTraceSegments'],
      'The actions that send traces to X-Ray have no resource-level permissions',
    );
  }

  #policyOnEverything(id: string, actions: string[], reason: string): Policy {
    const policy = this.#policy(id, [new PolicyStatement({ actions, resources: ['*'] })]);
    acknowledgeResources(policy, ['*'], reason);
    return policy;
  }

  #policy(id: string, statements: PolicyStatement[]): Policy {
    const policy = new Policy(this, id, { statements });
    acknowledge(policy, findings.inlinePolicy);
    attachPolicy(this.role, policy);
    return policy;
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
