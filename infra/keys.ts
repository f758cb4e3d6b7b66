import { Resource, Stack, Token } from 'aws-cdk-lib';
import {
  Grant,
  type IGrantable,
  type IPrincipal,
  PrincipalWithConditions,
} from 'aws-cdk-lib/aws-iam';
import { type IKey, ViaServicePrincipal } from 'aws-cdk-lib/aws-kms';
import { Construct, type IConstruct } from 'constructs';
import { refuse } from './refuse.ts';
import { partialSecretArn, secretArnPattern } from './secret-arns.ts';
import type { Conditions } from './wildcard-readers.ts';

/**
 * Secrets Manager in a Region, as the condition key `kms:ViaService` names it. KMS documents these
 * names with `amazonaws.com` for every Region, and CDK's own grants have it in every partition: they
 * are no host names, which end in `amazonaws.com.cn` in China.
 *
 * @see https://docs.aws.amazon.com/kms/latest/developerguide/conditions-kms.html#conditions-kms-via-service
 */
export function secretsManagerOf(region: string): string {
  return `secretsmanager.${region}.amazonaws.com`;
}

/**
 * IAM and key policies know a key only by its own ARN, but CDK accepts an alias silently.
 *
 * @param prop what the key was given as
 */
export function checkKey(scope: IConstruct, key: IKey, prop = 'encryptionKey'): void {
  if (key.keyArn.includes(':alias/aws/')) {
    refuse(
      scope,
      'AwsManagedKey',
      `${prop} is an AWS-managed key; omit it: AWS then uses its own key, which needs no permission ` +
        'and cannot be shared with other accounts',
    );
  }
  if (key.keyArn.includes(':alias/') || 'aliasName' in key) {
    refuse(
      scope,
      'KeyAlias',
      `${prop} is an alias, which IAM does not resolve; give the key itself: ` +
        'Key.fromKeyArn(scope, id, "arn:…:key/…")',
    );
  }
}

/** Secrets Manager gives KMS the complete ARN of the secret that it decrypts. */
const secretArnContext = 'kms:EncryptionContext:SecretARN';

/** The secrets that a reader may decrypt. */
export interface DecryptedSecrets {
  /** The Region in which they are read. */
  readonly region: string;
  readonly conditions: Conditions;
}

/**
 * True of the token secrets of all rotators in an account, and of no client secret. No name and no
 * Region: while a prefix is changed, workloads read the tokens of the old one; AWS does not say
 * which Region is in the context of a replica; and a statement for each credential fills the policy
 * of a key.
 *
 * @see https://docs.aws.amazon.com/secretsmanager/latest/userguide/security-encryption.html#security-encryption-encryption-context
 */
export function onlyTokenSecrets(scope: IConstruct, account: string): Conditions {
  const arn = secretArnPattern(partialSecretArn(scope, '*/token', { account, region: '*' }));
  return { StringLike: { [secretArnContext]: arn } };
}

/** Lets a grantee decrypt some secrets with a key, through Secrets Manager in one Region only. */
export function grantDecrypt(
  key: IKey,
  grantee: IGrantable,
  { region, conditions }: DecryptedSecrets,
): void {
  const service = secretsManagerOf(region);
  const grantInIam = (keyArn: string) =>
    Grant.addToPrincipal({
      grantee,
      actions: ['kms:Decrypt'],
      resourceArns: [keyArn],
      conditions: { StringEquals: { 'kms:ViaService': service }, ...conditions },
    });
  const isOfThisApp = isOwned(grantee.grantPrincipal);
  const isOfThisAccount = grantee.grantPrincipal.principalAccount === key.env.account;
  const isOfAnotherStack =
    isOfThisApp && isOfThisAccount && Stack.of(grantee.grantPrincipal) !== Stack.of(key);
  if (!Resource.isOwnedResource(key) || isOfAnotherStack) {
    // CDK cannot edit the policy of an imported key, and then grants nothing at all. In the policy of
    // another stack's key, the role would make the two stacks depend on each other.
    grantInIam(key.keyArn);
    return;
  }
  const reader = new PrincipalWithConditions(grantee.grantPrincipal, conditions);
  key.grantDecrypt(new ViaServicePrincipal(service, reader));
  // Another account has to allow it too, and CloudFormation cannot tell it the key's id.
  if (isOfThisApp && !isOfThisAccount) grantInIam(anyKeyOf(key, region));
}

/** The ARNs of all keys in a key's account. */
function anyKeyOf(key: IKey, region: string): string {
  const { account } = key.env;
  const parts = { service: 'kms', region, account, resource: 'key', resourceName: '*' };
  return Stack.of(key).formatArn(parts);
}

/** True for a role or user that this app creates. */
export function isOwned(principal: IPrincipal): principal is IPrincipal & Construct {
  return Construct.isConstruct(principal) && Resource.isOwnedResource(principal);
}

/** Readers in other accounts, as the policy of a key must name them. */
export interface KeyReaders {
  /** Their accounts; `*` stands for any account. */
  readonly accounts: readonly string[];
  /** The account of the secrets. */
  readonly owner: string;
  /** The Region in which they read. */
  readonly region: string;
  readonly conditions: Conditions;
}

/** The statement that lets readers in other accounts use a key whose policy this app cannot edit. */
export function readerStatement(
  { keyArn }: IKey,
  { accounts, owner, region, conditions }: KeyReaders,
): string {
  const partition = Token.isUnresolved(keyArn) ? '<partition>' : keyArn.split(':')[1];
  const principals = accounts.map((account) =>
    account === '*' ? '*' : `arn:${partition}:iam::${account}:root`,
  );
  return JSON.stringify({
    Effect: 'Allow',
    Principal: { AWS: principals },
    Action: 'kms:Decrypt',
    Resource: '*',
    Condition: {
      ...conditions,
      StringEquals: {
        ...conditions['StringEquals'],
        'kms:ViaService': secretsManagerOf(Token.isUnresolved(region) ? '<region>' : region),
      },
      StringLike: {
        ...conditions['StringLike'],
        [secretArnContext]: secretArnPattern(
          `arn:${partition}:secretsmanager:*:${Token.isUnresolved(owner) ? '<account>' : owner}:secret:*/token`,
        ),
      },
    },
  });
}
