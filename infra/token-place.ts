import { Arn, ArnFormat, Stack, Token } from 'aws-cdk-lib';
import type { IConstruct } from 'constructs';
import type { ImsCredentialFromNameProps } from './ims-credential-props.ts';
import { refuse } from './refuse.ts';

/** Where a token secret is. */
export interface TokenPlace {
  readonly account: string;
  readonly region: string;
}

/**
 * The account and Region of a token that no stack of the app declares. In a stack without an `env`
 * the default would be wherever the stack happens to be deployed.
 */
export function tokenPlace(
  scope: IConstruct,
  secretName: string,
  props: ImsCredentialFromNameProps,
): TokenPlace {
  const { tokenSecretArn } = props;
  if (tokenSecretArn !== undefined) {
    if (props.account !== undefined || props.region !== undefined) {
      refuse(
        scope,
        'ArnAndPlace',
        'give either tokenSecretArn or account and region, which the ARN contains',
      );
    }
    return placeOf(scope, secretName, tokenSecretArn);
  }
  return {
    account: known(scope, 'account', props.account),
    region: known(scope, 'region', props.region),
  };
}

const rules = {
  account: { pattern: /^\d{12}$/, rule: '12 digits', own: 'Aws.ACCOUNT_ID' },
  region: { pattern: /^([a-z]+-)+\d$/, rule: 'for example us-east-1', own: 'Aws.REGION' },
} as const;

function known(scope: IConstruct, kind: keyof typeof rules, given: string | undefined): string {
  const { pattern, rule, own } = rules[kind];
  const ofStack = Stack.of(scope)[kind];
  const value = given ?? ofStack;
  // Given explicitly, the deployment's own account or Region is an answer.
  if (given !== undefined && given === ofStack) return given;
  if (Token.isUnresolved(value)) {
    refuse(
      scope,
      kind === 'account' ? 'TokenAccountUnknown' : 'TokenRegionUnknown',
      given === undefined
        ? `the rotator's ${kind} is unknown, because this stack has no env; give ${kind}, or give ` +
            `the stack an env (if the rotator is always where this stack is deployed, give ${own})`
        : `the rotator's ${kind} must be known at synthesis; give it literally (${rule})`,
    );
  }
  if (!pattern.test(value)) {
    refuse(
      scope,
      kind === 'account' ? 'TokenAccount' : 'TokenRegion',
      `the rotator's ${kind} "${value}" is invalid: it must be ${rule}`,
    );
  }
  return value;
}

function placeOf(scope: IConstruct, secretName: string, arn: string): TokenPlace {
  const pattern = /^arn:[a-z-]+:secretsmanager:[a-z0-9-]+:\d{12}:secret:(.+)-[A-Za-z0-9]{6}$/;
  const [, name] = Token.isUnresolved(arn) ? [] : (pattern.exec(arn) ?? []);
  if (name !== secretName) {
    refuse(
      scope,
      'TokenSecretArn',
      `tokenSecretArn ${arn} is not the complete ARN of the secret ${secretName}, which ends in ` +
        'six random characters; give it literally, as the rotator’s account shows it',
    );
  }
  const { account = '', region = '' } = Arn.split(arn, ArnFormat.COLON_RESOURCE_NAME);
  return { account, region };
}

/** Refuses to read another account's token with the key that Secrets Manager never shares. */
export function checkSharedKeys(
  scope: IConstruct,
  { account }: TokenPlace,
  { encryptionKey, replicaRegions = [] }: ImsCredentialFromNameProps,
): void {
  const own = Stack.of(scope).account;
  if (account === own) return;
  const hint = Token.isUnresolved(own)
    ? ' (if that account is the stack’s own, give the stack an env)'
    : '';
  const remedy = `encryptionKey: Key.fromKeyArn(scope, id, "arn:…:key/…")${hint}`;
  const who = `a token of another account (${account})`;
  if (encryptionKey === undefined) {
    refuse(
      scope,
      'TokenKeyMissing',
      `${who} can be read only if a customer managed key encrypts it; give its ${remedy}`,
    );
  }
  const replica = replicaRegions.find((one) => one.encryptionKey === undefined);
  if (replica === undefined) return;
  refuse(
    scope,
    'TokenReplicaKeyMissing',
    `${who} can be read in ${replica.region} only if a customer managed key of that Region ` +
      `encrypts the replica; give that entry of replicaRegions its ${remedy}`,
  );
}
