import { Arn, ArnFormat, Lazy, Stack, Token } from 'aws-cdk-lib';
import { Rule } from 'aws-cdk-lib/aws-events';
import type { ISecret } from 'aws-cdk-lib/aws-secretsmanager';
import { Construct } from 'constructs';
import { environmentVariables } from '../core/contract.ts';
import { credentialStored, ruleTarget } from './credential-rule.ts';
import { refuse } from './refuse.ts';
import type { RotatorFunction } from './rotator-function.ts';
import { isSecretArnPattern } from './secret-arns.ts';

// The length assumed for an ARN that is unknown until deployment; most are shorter.
const unresolvedLength = 200;

// An event pattern may have 2,048 characters; all but the ARNs needs about 120.
const patternBudget = 1800;

// All environment variables together may have 4 KB.
const environmentBudget = 3400;

/**
 * The client secrets outside the rotator's prefix. No list shows them and no name pattern matches
 * them, so the function, its role and the event rules each need their ARNs.
 */
export class ExternalClientSecrets extends Construct {
  readonly #function: RotatorFunction;
  readonly #arns = new Map<string, string>();
  readonly #rules: { readonly rule: Rule; used: number }[] = [];

  constructor(scope: Construct, id: string, rotatorFunction: RotatorFunction) {
    super(scope, id);
    this.#function = rotatorFunction;
  }

  add(credential: string, secret: ISecret): void {
    const arn = this.#check(secret);
    if (this.#arns.size === 0) {
      const produce = (): string => Stack.of(this).toJsonString(Object.fromEntries(this.#arns));
      this.#function.function.addEnvironment(
        environmentVariables.clientSecrets,
        Lazy.string({ produce }),
      );
    }
    this.#arns.set(credential, arn);
    const size = [...this.#arns].reduce(
      (sum, [key, value]) => sum + key.length + lengthOf(value),
      0,
    );
    // An entry adds four quotes, a colon and a comma.
    if (size + 6 * this.#arns.size > environmentBudget) {
      refuse(
        this,
        'TooManyClientSecrets',
        `the function's environment has no room for ${this.#arns.size} client secrets by ARN; let ` +
          'the rotator create some of them (omit clientSecret), or use a second rotator',
      );
    }
    this.#function.role.allowClientSecret(arn);
    this.#match(arn);
  }

  #check(secret: ISecret): string {
    const arn = secret.secretFullArn;
    if (arn === undefined || isSecretArnPattern(arn)) {
      refuse(
        this,
        'ClientSecretByName',
        `the client secret ${secret.secretName} is imported by name or partial ARN; import it by ` +
          'its complete ARN, which ends in six random characters: Secret.fromSecretCompleteArn(…)',
      );
    }
    const { region } = Stack.of(this);
    const own = Token.isUnresolved(arn)
      ? secret.env.region
      : (Arn.split(arn, ArnFormat.COLON_RESOURCE_NAME).region ?? region);
    if (!Token.isUnresolved(own) && !Token.isUnresolved(region) && own !== region) {
      refuse(
        this,
        'ClientSecretRegion',
        `the client secret ${arn} is in ${own}, but the rotator is in ${region}; replicate the ` +
          `secret to ${region} and import the replica, or deploy the rotator in ${own}`,
      );
    }
    return arn;
  }

  #match(arn: string): void {
    // Two quotes and a comma.
    const length = lengthOf(arn) + 3;
    let last = this.#rules.at(-1);
    if (last === undefined || last.used + length > patternBudget) {
      last = { rule: this.#rule(), used: 0 };
      this.#rules.push(last);
    }
    last.used += length;
    last.rule.addEventPattern({ resources: [arn] });
  }

  #rule(): Rule {
    return new Rule(this, `Rule${this.#rules.length + 1}`, {
      description: 'Renews the token when its Adobe credential, an imported secret, is stored',
      eventPattern: credentialStored({}),
      targets: [ruleTarget(this.#function.function)],
    });
  }
}

function lengthOf(arn: string): number {
  return Token.isUnresolved(arn) ? unresolvedLength : arn.length;
}
