import { Resource, Stack, Token } from 'aws-cdk-lib';
import { Grant, type IGrantable } from 'aws-cdk-lib/aws-iam';
import { type IKey, ViaServicePrincipal } from 'aws-cdk-lib/aws-kms';
import type { IConstruct } from 'constructs';
import { refuse } from './refuse.ts';

/** Secrets Manager of a Region, as the condition key `kms:ViaService` names it. */
export function secretsManagerOf(region: string): string {
  return `secretsmanager.${region}.amazonaws.com`;
}

/** IAM and key policies know a key by its own ARN only; CDK takes an alias without a word. */
export function checkKey(scope: IConstruct, key: IKey): void {
  if (key.keyArn.includes(':alias/aws/')) {
    refuse(
      scope,
      'AwsManagedKey',
      'encryptionKey is an AWS-managed key; leave it out: Secrets Manager then uses ' +
        'aws/secretsmanager, which needs no permission and cannot be shared with other accounts',
    );
  }
  if (key.keyArn.includes(':alias/') || 'aliasName' in key) {
    refuse(
      scope,
      'KeyAlias',
      'encryptionKey is an alias, which IAM does not resolve; give the key itself, with ' +
        'Key.fromKeyArn(scope, id, "arn:…:key/…")',
    );
  }
}

/** Lets a grantee read, through Secrets Manager of a Region, what the key encrypts. */
export function grantDecrypt(key: IKey, grantee: IGrantable, region: string): void {
  const service = secretsManagerOf(region);
  key.grantDecrypt(new ViaServicePrincipal(service, grantee.grantPrincipal));
  if (Resource.isOwnedResource(key)) return;
  // The policy of an imported key cannot be edited, and CDK then grants nothing at all.
  Grant.addToPrincipal({
    grantee,
    actions: ['kms:Decrypt'],
    resourceArns: [key.keyArn],
    conditions: { StringEquals: { 'kms:ViaService': service } },
  });
}

/** What the policy of a key that this app does not own has to say for readers of other accounts. */
export function readerStatement(
  scope: IConstruct,
  accounts: readonly string[],
  region: string = Stack.of(scope).region,
): string {
  const principals = accounts.map((account) =>
    account === '*' ? '*' : `arn:aws:iam::${account}:root`,
  );
  return JSON.stringify({
    Effect: 'Allow',
    Principal: { AWS: principals },
    Action: 'kms:Decrypt',
    Resource: '*',
    Condition: {
      StringEquals: {
        'kms:ViaService': secretsManagerOf(Token.isUnresolved(region) ? '<region>' : region),
      },
    },
  });
}
