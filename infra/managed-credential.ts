import { Aspects, type CfnResource, type RemovalPolicy, Stack, Tags, Token } from 'aws-cdk-lib';
import type { Rule } from 'aws-cdk-lib/aws-events';
import { AccountPrincipal, type Grant, type IGrantable } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import {
  CfnResourcePolicy,
  type ISecret,
  type ReplicaRegion,
  Secret,
} from 'aws-cdk-lib/aws-secretsmanager';
import type { Construct } from 'constructs';
import { isProduct, scopesTagProblem, secretName, tagKeys } from '../core/contract.ts';
import { acknowledge, findings } from './acknowledge.ts';
import { checkClientSecretRotation } from './client-secret-rotation.ts';
import { ImsCredential } from './ims-credential.ts';
import type { ImsCredentialProps, OnTokenRenewedOptions } from './ims-credential-props.ts';
import { unknownProduct } from './ims-product.ts';
import { checkKey } from './keys.ts';
import { warnOfReadingOnce } from './reading-once.ts';
import { refuse } from './refuse.ts';
import { renewalRule } from './renewal-rule.ts';
import { withName } from './secret-name.ts';
import { grantTokenRead, type ReadableToken } from './token-readers.ts';

export interface ManagedCredentialProps extends ImsCredentialProps {
  /** The prefix of the secrets' names, without the slash that follows. */
  readonly prefix: string;
  readonly name: string;
  readonly removalPolicy: RemovalPolicy;
}

/** A credential whose secrets the rotator's stack creates, empty. */
export class ManagedCredential extends ImsCredential {
  override readonly credentialName: string;
  override readonly clientSecret: ISecret;
  override readonly tokenSecret: ISecret;
  /** The secrets that the stack creates for the credential. */
  readonly resources: readonly CfnResource[];
  readonly #props: ManagedCredentialProps;
  readonly #token: ReadableToken;

  constructor(scope: Construct, id: string, props: ManagedCredentialProps) {
    super(scope, id);
    const { prefix, name, removalPolicy, encryptionKey, replicaRegions } = props;
    this.#props = props;
    this.credentialName = name;
    this.#check();
    // The ids are a contract: under another one, CloudFormation would replace the secret.
    this.clientSecret =
      props.clientSecret ??
      emptySecret(this, 'ClientSecret', {
        secretName: secretName(prefix, name, 'client'),
        description: `Adobe OAuth Server-to-Server credential "${name}"`,
        removalPolicy,
        encryptionKey,
      });
    this.tokenSecret = emptySecret(this, 'TokenSecret', {
      secretName: secretName(prefix, name, 'token'),
      description: `Adobe IMS access token of the credential "${name}"`,
      removalPolicy,
      encryptionKey,
      replicaRegions,
    });
    this.resources = [props.clientSecret === undefined ? this.clientSecret : [], this.tokenSecret]
      .flat()
      .map(({ node }) => node.defaultChild as CfnResource);
    if (props.clientSecret === undefined && props.clientSecretRotation !== true) {
      acknowledge(this.clientSecret, findings.clientSecretRotation);
    }
    acknowledge(this.tokenSecret, findings.tokenRotation);
    this.#tag();
    const { account, region } = Stack.of(this);
    this.#token = {
      scope: this,
      secret: this.tokenSecret,
      secretName: secretName(prefix, name, 'token'),
      account,
      region,
      encryptionKey,
      replicaRegions: replicaRegions ?? [],
      keyPolicyManagedElsewhere: props.keyPolicyManagedElsewhere ?? false,
    };
    warnOfReadingOnce(this.#token);
    for (const account of props.readerAccounts ?? []) {
      this.grantRead(new AccountPrincipal(account));
    }
  }

  override grantRead(grantee: IGrantable): Grant {
    return grantTokenRead(this.#token, grantee);
  }

  override onTokenRenewed(id: string, options: OnTokenRenewedOptions): Rule {
    return renewalRule(this.#token, id, options);
  }

  #check(): void {
    const {
      product,
      scopes,
      encryptionKey,
      replicaRegions = [],
      readerAccounts = [],
    } = this.#props;
    if (product !== undefined && scopes !== undefined) {
      refuse(this, 'ProductAndScopes', 'give either product or scopes, not both');
    }
    if (product !== undefined && !isProduct(product)) {
      refuse(this, 'Product', unknownProduct(product));
    }
    const problem = scopesTagProblem(scopes ?? ['openid']);
    if (problem !== undefined) refuse(this, 'Scopes', `scopes ${problem}`);
    checkClientSecretRotation(this, this.#props);
    if (encryptionKey !== undefined) checkKey(this, encryptionKey);
    for (const replica of replicaRegions) {
      if (replica.encryptionKey !== undefined) checkKey(this, replica.encryptionKey);
    }
    for (const account of readerAccounts) {
      if (Token.isUnresolved(account) || /^\d{12}$/.test(account)) continue;
      refuse(
        this,
        'ReaderAccount',
        `the reader account "${account}" is invalid: it must be an account id of 12 digits`,
      );
    }
  }

  #tag(): void {
    const { product, scopes, renewBefore } = this.#props;
    const tags = Tags.of(this.tokenSecret);
    if (product !== undefined) tags.add(tagKeys.product, product);
    if (scopes !== undefined) tags.add(tagKeys.scopes, scopes.join(' '));
    if (renewBefore !== undefined) {
      tags.add(tagKeys.renewBefore, renewBefore.toIsoString());
    }
  }
}

interface EmptySecretProps {
  readonly secretName: string;
  readonly description: string;
  readonly removalPolicy: RemovalPolicy;
  readonly encryptionKey?: IKey | undefined;
  readonly replicaRegions?: ReplicaRegion[] | undefined;
}

function emptySecret(
  scope: Construct,
  id: string,
  { encryptionKey, replicaRegions, ...props }: EmptySecretProps,
): ISecret {
  const secret = new Secret(scope, id, {
    ...props,
    ...(encryptionKey === undefined ? {} : { encryptionKey }),
    ...(replicaRegions === undefined ? {} : { replicaRegions }),
  });
  // Without a value CDK requests a random password, which consumers would mistake for a token.
  const resource = secret.node.defaultChild as CfnResource;
  resource.addPropertyDeletionOverride('GenerateSecretString');
  // Whoever adds a statement to the secret's policy: Secrets Manager rejects one that is public.
  Aspects.of(secret).add({
    visit: (node) => {
      if (node instanceof CfnResourcePolicy) node.blockPublicPolicy = true;
    },
  });
  // Under exactOptionalPropertyTypes CDK's class does not satisfy its own interface.
  return withName(props.secretName, secret as ISecret);
}
