import { Resource, Stack, Token } from 'aws-cdk-lib';
import { Grant, type IGrantable } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import type { ISecret, ReplicaRegion } from 'aws-cdk-lib/aws-secretsmanager';
import type { IConstruct } from 'constructs';
import {
  grantDecrypt,
  isOwned,
  type KeyReaders,
  onlyTokenSecrets,
  readerStatement,
} from './keys.ts';
import { refuseOpenRole } from './open-roles.ts';
import { refuse } from './refuse.ts';
import { partialSecretArn, secretArnPattern } from './secret-arns.ts';
import { conditionsOf, principalNames, refuseEverybody } from './wildcard-readers.ts';

/** A token secret with everything that decides who can read it. */
export interface ReadableToken {
  readonly scope: IConstruct;
  readonly secret: ISecret;
  readonly secretName: string;
  readonly account: string;
  readonly region: string;
  readonly encryptionKey: IKey | undefined;
  readonly replicaRegions: readonly ReplicaRegion[];
  /** True if the policies of imported keys already let readers in other accounts decrypt. */
  readonly keyPolicyManagedElsewhere: boolean;
}

const actions = ['secretsmanager:GetSecretValue', 'secretsmanager:DescribeSecret'];

/** Lets a grantee read the token, in the secret's Region and in those of its replicas. */
export function grantTokenRead(token: ReadableToken, grantee: IGrantable): Grant {
  const { scope, secret, account, region, encryptionKey, replicaRegions } = token;
  const stack = Stack.of(scope);
  const access = { who: 'reader', what: 'read the token' };
  refuseEverybody(scope, grantee, access);
  refuseOpenRole(scope, grantee, access);
  const accounts = otherAccounts(stack, grantee);
  if (accounts.length > 0) checkOtherAccounts(token, accounts, grantee);
  const replicas = replicaRegions.map((replica) => arnOf(token, replica.region));
  const options = {
    grantee,
    actions,
    resource: secret,
    // Secrets Manager copies the policy to the replicas, whose ARNs differ.
    resourceSelfArns: ['*'],
  };
  const own = [secret.secretFullArn ?? secretArnPattern(secret.secretArn), ...replicas];
  const grant =
    accounts.length > 0
      ? Grant.addToPrincipalAndResource({
          ...options,
          resourceArns: [arnOf(token, region), ...replicas],
        })
      : // An imported secret has no policy to fall back on, but CDK would claim success.
        Resource.isOwnedResource(secret)
        ? Grant.addToPrincipalOrResource({ ...options, resourceArns: own })
        : Grant.addToPrincipal({ grantee, actions, resourceArns: own });
  if (!grant.success) refuseImported(scope, 'a reader without policies of its own');
  const conditions = onlyTokenSecrets(scope, account);
  for (const place of [{ region, encryptionKey }, ...replicaRegions]) {
    if (place.encryptionKey === undefined) continue;
    grantDecrypt(place.encryptionKey, grantee, { region: place.region, conditions });
  }
  return grant;
}

function arnOf({ scope, secretName, account }: ReadableToken, region: string): string {
  return secretArnPattern(partialSecretArn(scope, secretName, { account, region }));
}

/** The known accounts of a grantee other than the stack's own; `*` stands for any account. */
function otherAccounts(stack: Stack, { grantPrincipal }: IGrantable): readonly string[] {
  const named = principalNames(grantPrincipal).map((text) =>
    /^(?:arn:[^:]*:[a-z]+::)?(\d{12}|\*)(?::|$)/.exec(text),
  );
  const accounts = [grantPrincipal.principalAccount, ...named.map((match) => match?.[1])];
  return [...new Set(accounts)].filter(
    (account) => account !== undefined && !Token.isUnresolved(account) && account !== stack.account,
  ) as string[];
}

/** Refuses what would synthesise and deploy, but deny the reader access. */
function checkOtherAccounts(
  token: ReadableToken,
  accounts: readonly string[],
  { grantPrincipal }: IGrantable,
): void {
  const { scope, secret, encryptionKey, replicaRegions } = token;
  const conditions = conditionsOf(grantPrincipal);
  const readers = { accounts, owner: token.account, conditions };
  const who = `a reader in another account (${accounts.join(', ')})`;
  if (!Resource.isOwnedResource(secret)) refuseImported(scope, who);
  if (isOwned(grantPrincipal) && Token.isUnresolved(Stack.of(scope).account)) {
    refuse(
      scope,
      'AccountUnknown',
      `${who} is granted access by ARN, but this stack's account is unknown; give the stack an env`,
    );
  }
  if (encryptionKey === undefined) {
    refuse(
      scope,
      'KeyMissing',
      `${who} cannot use the AWS-managed key aws/secretsmanager; give the credential an ` +
        'encryptionKey: new Key(…) (if that account is the stack’s own, give the stack an env)',
    );
  }
  for (const { region, encryptionKey: key } of replicaRegions) {
    if (key === undefined) {
      refuse(
        scope,
        'ReplicaKeyMissing',
        `${who} cannot read the replica in ${region} without a customer managed key; give that ` +
          'entry of replicaRegions an encryptionKey',
      );
    }
    checkKeyPolicy(token, key, { ...readers, region });
  }
  checkKeyPolicy(token, encryptionKey, { ...readers, region: token.region });
}

function refuseImported(scope: IConstruct, who: string): never {
  refuse(
    scope,
    'TokenSecretImported',
    `${who} needs a policy on the token secret, which this app does not own; grant access where ` +
      'the credential is added to its rotator, or add the policy to the secret by hand',
  );
}

function checkKeyPolicy(
  { scope, keyPolicyManagedElsewhere }: ReadableToken,
  key: IKey,
  readers: KeyReaders,
): void {
  if (keyPolicyManagedElsewhere || Resource.isOwnedResource(key)) return;
  refuse(
    scope,
    'KeyPolicyNotOwned',
    `this app cannot edit the policy of the imported key ${key.keyArn}; add this statement to it ` +
      `and set keyPolicyManagedElsewhere: ${readerStatement(key, readers)}`,
  );
}
