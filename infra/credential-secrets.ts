import { type CfnResource, RemovalPolicy, Tags } from 'aws-cdk-lib';
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { Construct } from 'constructs';

export interface CredentialSecretsProps {
  /** What the secrets' names begin with, without the slash that follows. */
  readonly prefix: string;
  /** The credential's short name. */
  readonly credential: string;
  /** @default - the scopes are in the client secret's value, or in `scopes` */
  readonly product?: string | undefined;
  /** @default - the scopes are in the client secret's value, or those of `product` */
  readonly scopes?: readonly string[] | undefined;
}

/** The two secrets of one credential. Both are created empty and outlive the stack. */
export class CredentialSecrets extends Construct {
  /** What Adobe gave: stored by you, read by the rotator only. */
  readonly clientSecret: Secret;
  /** What your workloads read: written by the rotator only. */
  readonly tokenSecret: Secret;

  constructor(scope: Construct, id: string, props: CredentialSecretsProps) {
    super(scope, id);
    const { prefix, credential, product, scopes } = props;
    this.clientSecret = emptySecret(this, 'ClientSecret', {
      secretName: `${prefix}/${credential}/client`,
      description: `Adobe OAuth Server-to-Server credential "${credential}"`,
    });
    this.tokenSecret = emptySecret(this, 'TokenSecret', {
      secretName: `${prefix}/${credential}/token`,
      description: `Adobe IMS access token of the credential "${credential}"`,
    });
    const tags = Tags.of(this.tokenSecret);
    if (product !== undefined) tags.add('ims-token-rotator:product', product);
    if (scopes !== undefined) tags.add('ims-token-rotator:scopes', scopes.join(' '));
  }
}

function emptySecret(
  scope: Construct,
  id: string,
  props: { readonly secretName: string; readonly description: string },
): Secret {
  const secret = new Secret(scope, id, { ...props, removalPolicy: RemovalPolicy.RETAIN });
  // CDK asks for a random password where no value is given; consumers would take it for a token.
  const resource = secret.node.defaultChild as CfnResource;
  resource.addPropertyDeletionOverride('GenerateSecretString');
  return secret;
}
