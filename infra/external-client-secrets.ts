import { Arn, ArnFormat, Lazy, Stack, Token } from 'aws-cdk-lib';
import { Rule } from 'aws-cdk-lib/aws-events';
import type { ISecret } from 'aws-cdk-lib/aws-secretsmanager';
import { Construct } from 'constructs';
import { credentialStored, ruleTarget } from './credential-rule.ts';
import { refuse } from './refuse.ts';
import type { RotatorFunction } from './rotator-function.ts';

// An ARN that is known at deployment is taken to be this long; most are shorter.
const unresolvedLength = 200;

// An event pattern has 2,048 characters; the rest of ours takes about 120.
const patternBudget = 1800;

// The environment has 4 KB for all variables.
const environmentBudget = 3400;

const variable = 'IMS_TOKEN_ROTATOR_CLIENT_SECRETS';

/**
 * The client secrets that are not under the rotator's prefix. No list shows them and no name pattern
 * matches them, so the function, its role and the event rules are told each one's ARN.
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
      this.#function.function.addEnvironment(variable, Lazy.string({ produce }));
    }
    this.#arns.set(credential, arn);
    const size = [...this.#arns].reduce(
      (sum, [key, value]) => sum + key.length + lengthOf(value),
      0,
    );
    // Each entry has four quotes, a colon and a comma.
    if (size + 6 * this.#arns.size > environmentBudget) {
      refuse(
        this,
        'TooManyClientSecrets',
        `the function's environment has no room for ${this.#arns.size} client secrets by ARN; let ` +
          'the rotator create some of them (leave clientSecret out), or use a second rotator',
      );
    }
    this.#function.role.allowClientSecret(arn);
    this.#match(arn);
  }

  #check(secret: ISecret): string {
    const arn = secret.secretFullArn;
    if (arn === undefined || arn.endsWith('??????')) {
      refuse(
        this,
        'ClientSecretByName',
        `the client secret ${secret.secretName} is imported by name or partial ARN; import it by ` +
          'the complete ARN, with the six characters at its end: Secret.fromSecretCompleteArn(…)',
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
        `the client secret ${arn} is in ${own}, and the rotator in ${region}; replicate the secret ` +
          'there and import the replica, or put the rotator beside it',
      );
    }
    return arn;
  }

  #match(arn: string): void {
    // Quotes and comma.
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
      description: 'Renews the token of an Adobe credential that was stored elsewhere',
      eventPattern: credentialStored({}),
      targets: [ruleTarget(this.#function.function)],
    });
  }
}

function lengthOf(arn: string): number {
  return Token.isUnresolved(arn) ? unresolvedLength : arn.length;
}
