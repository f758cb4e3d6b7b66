import { type IRole, ManagedPolicy, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { ISecret } from 'aws-cdk-lib/aws-secretsmanager';
import { Construct } from 'constructs';
import { tagKeys } from '../core/contract.ts';

// A managed policy may have 6,144 characters, of which all but the ARNs needs about 330.
const policyBudget = 5800;

// The longest partition and Region, an account, and the suffix of Secrets Manager.
const longestArn = (name: string): number =>
  `arn:aws-us-gov:secretsmanager:ap-southeast-2:111122223333:secret:${name}-AbCdEf`.length;

/**
 * What the function may do to the client secrets that it rotates, by their ARNs: no pattern would fit
 * them and no others. Managed policies have room for those of 100 credentials; all inline policies of
 * a role together, which may have 10,240 characters, do not.
 */
export class RotatingSecrets extends Construct {
  readonly #role: IRole;
  #statement = this.#newStatement();
  #left = 0;

  constructor(scope: Construct, id: string, { role }: { readonly role: IRole }) {
    super(scope, id);
    this.#role = role;
  }

  allow({ secretArn, secretName }: ISecret): void {
    // Two quotes and a comma.
    const length = longestArn(secretName) + 3;
    if (length > this.#left) this.#nextPolicy();
    this.#left -= length;
    this.#statement.addResources(secretArn);
  }

  #nextPolicy(): void {
    this.#left = policyBudget;
    this.#statement = this.#newStatement();
    const id = `Policy${this.node.children.length + 1}`;
    new ManagedPolicy(this, id, {
      description: 'Lets the rotator of Adobe IMS tokens store the client secrets that it rotates',
      roles: [this.#role],
      statements: [this.#statement],
    });
  }

  #newStatement(): PolicyStatement {
    return new PolicyStatement({
      actions: [
        'secretsmanager:DescribeSecret',
        'secretsmanager:PutSecretValue',
        'secretsmanager:TagResource',
        'secretsmanager:UpdateSecretVersionStage',
      ],
      // The tag that the function may set. It holds for the other actions too, which set none.
      conditions: { 'ForAllValues:StringEquals': { 'aws:TagKeys': [tagKeys.rotation] } },
    });
  }
}
