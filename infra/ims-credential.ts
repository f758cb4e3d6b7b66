import { ArnFormat, type Duration, Stack } from 'aws-cdk-lib';
import type { Grant, IGrantable } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { type ISecret, type ReplicaRegion, Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { Construct } from 'constructs';
import { checkKey } from './keys.ts';
import { checkCredentialName, secretPrefix } from './names.ts';
import { grantTokenRead } from './token-readers.ts';

/** Settings of a credential that a rotator's stack creates. */
export interface ImsCredentialProps {
  /**
   * The name of a preset of scopes, such as `workfront-fusion`.
   *
   * @default - the scopes are in the client secret's value, or in `scopes`
   */
  readonly product?: string | undefined;
  /**
   * The scopes to ask for. Those in the client secret's value win.
   *
   * @default - the scopes are in the client secret's value, or those of `product`
   */
  readonly scopes?: readonly string[] | undefined;
  /**
   * How long before its expiry a token is renewed, at most half its lifetime.
   *
   * @default - half the token's lifetime
   */
  readonly renewBefore?: Duration | undefined;
  /**
   * A secret that holds the credential already. Import it by its complete ARN, with its key if that
   * is not the AWS-managed one.
   *
   * @default - an empty secret `<prefix>/<name>/client` is created, for you to fill
   */
  readonly clientSecret?: ISecret | Secret | undefined;
  /**
   * The key of the secrets that are created. Readers in other accounts need one.
   *
   * @default - the rotator's `encryptionKey`
   */
  readonly encryptionKey?: IKey | undefined;
  /**
   * Further Regions in which the token can be read.
   *
   * @default - none
   */
  readonly replicaRegions?: readonly ReplicaRegion[] | undefined;
  /**
   * Other accounts whose IAM administrators may let their workloads read the token.
   *
   * @default - none
   */
  readonly readerAccounts?: readonly string[] | undefined;
  /**
   * Whether the policies of imported keys let other accounts decrypt, which this app can not see to.
   *
   * @default false
   */
  readonly keyPolicyManagedElsewhere?: boolean | undefined;
}

/** A credential that is there already. */
export interface ImsCredentialFromNameProps {
  /** The credential's short name. */
  readonly name: string;
  /**
   * The name of its rotator.
   *
   * @default - `prefix` is given
   */
  readonly rotatorName?: string | undefined;
  /**
   * What the names of the rotator's secrets begin with, without the slash that follows.
   *
   * @default - `ims-token-rotator/<rotatorName>`
   */
  readonly prefix?: string | undefined;
  /**
   * The key of the token secret.
   *
   * @default - the AWS-managed key
   */
  readonly encryptionKey?: IKey | undefined;
  /**
   * The Regions to which the token is replicated and where it is read.
   *
   * @default - none
   */
  readonly replicaRegions?: readonly ReplicaRegion[] | undefined;
}

/** An Adobe OAuth Server-to-Server credential and its access token. */
export abstract class ImsCredential extends Construct {
  /** The credential of a rotator in another stack, or one that was onboarded at run time. */
  static fromName(scope: Construct, id: string, props: ImsCredentialFromNameProps): ImsCredential {
    return new NamedCredential(scope, id, props);
  }

  /** What Adobe gave: stored by you, read by the rotator only. */
  abstract readonly clientSecret: ISecret;
  /** What your workloads read: written by the rotator only. */
  abstract readonly tokenSecret: ISecret;

  /** Lets a workload read the token, in the Regions of its replicas too. */
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
    const path = `${secretPrefix(this, props)}/${props.name}`;
    this.#props = props;
    this.#tokenSecretName = `${path}/token`;
    this.clientSecret = Secret.fromSecretNameV2(this, 'ClientSecret', `${path}/client`);
    this.tokenSecret = Secret.fromSecretAttributes(this, 'TokenSecret', {
      secretPartialArn: Stack.of(this).formatArn({
        service: 'secretsmanager',
        resource: 'secret',
        resourceName: this.#tokenSecretName,
        arnFormat: ArnFormat.COLON_RESOURCE_NAME,
      }),
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
