import { type CfnResource, type RemovalPolicy, Tags, Token } from 'aws-cdk-lib';
import { AccountPrincipal, type Grant, type IGrantable } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { type ISecret, type ReplicaRegion, Secret } from 'aws-cdk-lib/aws-secretsmanager';
import type { Construct } from 'constructs';
import {
  isProduct,
  products,
  scopesTagProblem,
  scopesTagRule,
  secretName,
  tagKeys,
} from '../core/contract.ts';
import { ImsCredential, type ImsCredentialProps } from './ims-credential.ts';
import { checkKey } from './keys.ts';
import { refuse } from './refuse.ts';
import { grantTokenRead } from './token-readers.ts';

export interface ManagedCredentialProps extends ImsCredentialProps {
  /** What the secrets' names begin with, without the slash that follows. */
  readonly prefix: string;
  readonly name: string;
  readonly removalPolicy: RemovalPolicy;
}

/** The two secrets of one credential, created empty. */
export class ManagedCredential extends ImsCredential {
  override readonly clientSecret: ISecret;
  override readonly tokenSecret: ISecret;
  readonly #props: ManagedCredentialProps;

  constructor(scope: Construct, id: string, props: ManagedCredentialProps) {
    super(scope, id);
    const { prefix, name, removalPolicy, encryptionKey, replicaRegions } = props;
    this.#props = props;
    this.#check();
    const common = {
      removalPolicy,
      ...(encryptionKey === undefined ? {} : { encryptionKey }),
    };
    // The ids are a contract: with another one, CloudFormation would replace the secret.
    this.clientSecret =
      (props.clientSecret as ISecret | undefined) ??
      emptySecret(this, 'ClientSecret', {
        ...common,
        secretName: secretName(prefix, name, 'client'),
        description: `Adobe OAuth Server-to-Server credential "${name}"`,
      });
    this.tokenSecret = emptySecret(this, 'TokenSecret', {
      ...common,
      secretName: secretName(prefix, name, 'token'),
      description: `Adobe IMS access token of the credential "${name}"`,
      ...(replicaRegions === undefined ? {} : { replicaRegions: [...replicaRegions] }),
    });
    this.#tag();
    for (const account of props.readerAccounts ?? []) {
      this.grantRead(new AccountPrincipal(account));
    }
  }

  override grantRead(grantee: IGrantable): Grant {
    const { prefix, name, encryptionKey, replicaRegions = [] } = this.#props;
    return grantTokenRead(
      {
        scope: this,
        secret: this.tokenSecret,
        secretName: secretName(prefix, name, 'token'),
        encryptionKey,
        replicaRegions,
        keyPolicyManagedElsewhere: this.#props.keyPolicyManagedElsewhere ?? false,
      },
      grantee,
    );
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
      refuse(this, 'ProductAndScopes', 'give either a product or scopes: scopes would win');
    }
    if (product !== undefined && !isProduct(product)) {
      refuse(
        this,
        'Product',
        `"${product}" is no product: ${products.join(', ')}; for another one give its scopes`,
      );
    }
    const problem = scopesTagProblem(scopes ?? ['openid']);
    if (problem !== undefined) refuse(this, 'Scopes', `scopes ${problem}; ${scopesTagRule}`);
    if (encryptionKey !== undefined) checkKey(this, encryptionKey);
    for (const replica of replicaRegions) {
      if (replica.encryptionKey !== undefined) checkKey(this, replica.encryptionKey);
    }
    for (const account of readerAccounts) {
      if (Token.isUnresolved(account) || /^\d{12}$/.test(account)) continue;
      refuse(this, 'ReaderAccount', `"${account}" is no account: give its 12 digits`);
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
  readonly encryptionKey?: IKey;
  readonly replicaRegions?: ReplicaRegion[];
}

function emptySecret(scope: Construct, id: string, props: EmptySecretProps): ISecret {
  const secret = new Secret(scope, id, props);
  // CDK asks for a random password where no value is given; consumers would take it for a token.
  const resource = secret.node.defaultChild as CfnResource;
  resource.addPropertyDeletionOverride('GenerateSecretString');
  // Under exactOptionalPropertyTypes CDK's class does not satisfy its own interface.
  return secret as ISecret;
}
