import type { Rule } from 'aws-cdk-lib/aws-events';
import type { Grant, IGrantable } from 'aws-cdk-lib/aws-iam';
import { type ISecret, Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { Construct, type IConstruct } from 'constructs';
import { secretName } from '../core/contract.ts';
import type { ImsCredentialFromNameProps, OnTokenRenewedOptions } from './ims-credential-props.ts';
import { checkKey } from './keys.ts';
import { checkCredentialName, secretPrefix } from './names.ts';
import { warnOfReadingOnce } from './reading-once.ts';
import { renewalRule } from './renewal-rule.ts';
import { partialSecretArn } from './secret-arns.ts';
import { withName } from './secret-name.ts';
import { checkSharedKeys, tokenPlace } from './token-place.ts';
import { grantTokenRead, type ReadableToken } from './token-readers.ts';

/** An Adobe OAuth Server-to-Server credential and its access token. */
export interface IImsCredential extends IConstruct {
  /** The credential's short name. */
  readonly credentialName: string;
  /** The credential that Adobe issued. You store it; only the rotator reads it. */
  readonly clientSecret: ISecret;
  /** The access token. Only the rotator writes it; your workloads read it. */
  readonly tokenSecret: ISecret;

  /**
   * Lets a workload read the token, in its own Region and in those of its replicas.
   *
   * @throws ValidationError if it could be everybody in AWS, or if another app owns the secret and the
   *   grantee has no policies of its own; at synthesis, if it is a role of the app that everybody could
   *   assume
   */
  grantRead(grantee: IGrantable): Grant;

  /**
   * Invokes a target each time a new token is stored, for example to redeploy a service that reads
   * the token only when it starts.
   */
  onTokenRenewed(id: string, options: OnTokenRenewedOptions): Rule;
}

/** The base of every credential. */
export abstract class ImsCredential extends Construct implements IImsCredential {
  /**
   * References a credential of a rotator in another stack, account or Region, or one onboarded at run
   * time.
   *
   * @throws ValidationError if its account or Region is unknown, or if it is in another account and
   *   has no `encryptionKey`
   */
  static fromName(scope: Construct, id: string, props: ImsCredentialFromNameProps): IImsCredential {
    return new NamedCredential(scope, id, props);
  }

  abstract readonly credentialName: string;
  abstract readonly clientSecret: ISecret;
  abstract readonly tokenSecret: ISecret;

  abstract grantRead(grantee: IGrantable): Grant;

  abstract onTokenRenewed(id: string, options: OnTokenRenewedOptions): Rule;
}

class NamedCredential extends ImsCredential {
  override readonly credentialName: string;
  override readonly clientSecret: ISecret;
  override readonly tokenSecret: ISecret;
  readonly #token: ReadableToken;

  constructor(scope: Construct, id: string, props: ImsCredentialFromNameProps) {
    super(scope, id);
    const { name, encryptionKey, replicaRegions = [], tokenSecretArn } = props;
    checkCredentialName(this, name);
    this.credentialName = name;
    for (const key of [encryptionKey, ...replicaRegions.map((replica) => replica.encryptionKey)]) {
      if (key !== undefined) checkKey(this, key);
    }
    const prefix = secretPrefix(this, props);
    const tokenName = secretName(prefix, name, 'token');
    const place = tokenPlace(this, tokenName, props);
    checkSharedKeys(this, place, props);
    const clientName = secretName(prefix, name, 'client');
    this.clientSecret = withName(
      clientName,
      Secret.fromSecretPartialArn(this, 'ClientSecret', partialSecretArn(this, clientName, place)),
    );
    this.tokenSecret = withName(
      tokenName,
      Secret.fromSecretAttributes(this, 'TokenSecret', {
        ...(tokenSecretArn === undefined
          ? { secretPartialArn: partialSecretArn(this, tokenName, place) }
          : { secretCompleteArn: tokenSecretArn }),
        ...(encryptionKey === undefined ? {} : { encryptionKey }),
      }),
    );
    this.#token = {
      scope: this,
      secret: this.tokenSecret,
      secretName: tokenName,
      ...place,
      encryptionKey,
      replicaRegions,
      keyPolicyManagedElsewhere: false,
    };
    warnOfReadingOnce(this.#token);
  }

  override grantRead(grantee: IGrantable): Grant {
    return grantTokenRead(this.#token, grantee);
  }

  override onTokenRenewed(id: string, options: OnTokenRenewedOptions): Rule {
    return renewalRule(this.#token, id, options);
  }
}
