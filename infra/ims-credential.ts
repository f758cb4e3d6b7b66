import type { Duration } from 'aws-cdk-lib';
import type { Grant, IGrantable } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { type ISecret, type ReplicaRegion, Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { Construct } from 'constructs';
import { secretName } from '../core/contract.ts';
import { checkKey } from './keys.ts';
import { checkCredentialName, secretPrefix } from './names.ts';
import { partialSecretArn } from './secret-arns.ts';
import { grantTokenRead } from './token-readers.ts';

/** Properties of a credential that `ImsTokenRotator.addCredential` creates. */
export interface ImsCredentialProps {
  /**
   * The product whose documented scopes to request, for example `workfront-fusion`. Scopes in the
   * client secret's value take precedence. Cannot be combined with `scopes`.
   *
   * @default - `scopes`, or the scopes in the client secret's value
   */
  readonly product?: string | undefined;
  /**
   * The scopes to request. Scopes in the client secret's value take precedence. Cannot be combined
   * with `product`.
   *
   * @default - the scopes of `product`, or the scopes in the client secret's value
   */
  readonly scopes?: readonly string[] | undefined;
  /**
   * The time before expiry at which a token is renewed, at most half its lifetime.
   *
   * @default - half the token's lifetime
   */
  readonly renewBefore?: Duration | undefined;
  /**
   * An existing secret that holds the credential. Import it by its complete ARN, and with its key
   * unless that is the AWS-managed one.
   *
   * @default - an empty secret `<prefix>/<name>/client` for you to fill
   */
  readonly clientSecret?: ISecret | Secret | undefined;
  /**
   * The key that encrypts the secrets that are created. Readers in other accounts need one.
   *
   * @default - the rotator's `encryptionKey`
   */
  readonly encryptionKey?: IKey | undefined;
  /**
   * Further Regions to replicate the token to.
   *
   * @default - none
   */
  readonly replicaRegions?: readonly ReplicaRegion[] | undefined;
  /**
   * The ids of other accounts, whose administrators may then let workloads read the token.
   *
   * @default - none
   */
  readonly readerAccounts?: readonly string[] | undefined;
  /**
   * Declares that the policies of imported keys, which this app cannot edit, already let readers in
   * other accounts decrypt.
   *
   * @default false
   */
  readonly keyPolicyManagedElsewhere?: boolean | undefined;
}

/** Identifies an existing credential. Give `rotatorName` or `prefix`. */
export interface ImsCredentialFromNameProps {
  /** The credential's short name. */
  readonly name: string;
  /**
   * The name of the credential's rotator.
   *
   * @default - none; `prefix` is required
   */
  readonly rotatorName?: string | undefined;
  /**
   * The prefix of the rotator's secret names, without the slash that follows.
   *
   * @default - `ims-token-rotator/<rotatorName>`
   */
  readonly prefix?: string | undefined;
  /**
   * The key that encrypts the token secret.
   *
   * @default - the AWS-managed key
   */
  readonly encryptionKey?: IKey | undefined;
  /**
   * The Regions that the token is replicated to.
   *
   * @default - none
   */
  readonly replicaRegions?: readonly ReplicaRegion[] | undefined;
}

/** An Adobe OAuth Server-to-Server credential and its access token. */
export abstract class ImsCredential extends Construct {
  /** References a credential of a rotator in another stack, or one onboarded at run time. */
  static fromName(scope: Construct, id: string, props: ImsCredentialFromNameProps): ImsCredential {
    return new NamedCredential(scope, id, props);
  }

  /** The credential that Adobe issued. You store it; only the rotator reads it. */
  abstract readonly clientSecret: ISecret;
  /** The access token. Only the rotator writes it; your workloads read it. */
  abstract readonly tokenSecret: ISecret;

  /** Lets a workload read the token, in its own Region and in those of its replicas. */
  abstract grantRead(grantee: IGrantable): Grant;
}

class NamedCredential extends ImsCredential {
  override readonly clientSecret: ISecret;
  override readonly tokenSecret: ISecret;
  readonly #tokenSecretName: string;
  readonly #props: ImsCredentialFromNameProps;

  constructor(scope: Construct, id: string, props: ImsCredentialFromNameProps) {
    super(scope, id);
    checkCredentialName(this, props.name);
    const { encryptionKey } = props;
    if (encryptionKey !== undefined) checkKey(this, encryptionKey);
    const prefix = secretPrefix(this, props);
    this.#props = props;
    this.#tokenSecretName = secretName(prefix, props.name, 'token');
    this.clientSecret = Secret.fromSecretNameV2(
      this,
      'ClientSecret',
      secretName(prefix, props.name, 'client'),
    );
    this.tokenSecret = Secret.fromSecretAttributes(this, 'TokenSecret', {
      secretPartialArn: partialSecretArn(this, this.#tokenSecretName),
      ...(encryptionKey === undefined ? {} : { encryptionKey }),
    });
  }

  override grantRead(grantee: IGrantable): Grant {
    const { encryptionKey, replicaRegions = [] } = this.#props;
    return grantTokenRead(
      {
        scope: this,
        secret: this.tokenSecret,
        secretName: this.#tokenSecretName,
        encryptionKey,
        replicaRegions,
        keyPolicyManagedElsewhere: false,
      },
      grantee,
    );
  }
}
