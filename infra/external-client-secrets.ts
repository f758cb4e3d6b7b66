import { Stack, Token } from 'aws-cdk-lib';
import { Rule } from 'aws-cdk-lib/aws-events';
import type { ISecret } from 'aws-cdk-lib/aws-secretsmanager';
import { Construct } from 'constructs';
import { acknowledge, findings } from './acknowledge.ts';
import { ruleTarget } from './credential-rule.ts';
import { currentVersionStored } from './label-event.ts';
import type { RotatorFunction } from './rotator-function.ts';
import { arnParts, completeSecretArn } from './secret-arns.ts';

// The length assumed for an ARN that is unknown until deployment; most are shorter.
const unresolvedLength = 200;

// An event pattern may have 2,048 characters; all but the ARNs needs about 120.
const patternBudget = 1800;

/**
 * The client secrets outside the rotator's prefix. No list shows them and no name pattern matches
 * them, so the function's role and the event rules each need their ARNs.
 */
export class ExternalClientSecrets extends Construct {
  readonly #function: RotatorFunction;
  readonly #rules: { readonly rule: Rule; used: number }[] = [];

  constructor(scope: Construct, id: string, rotatorFunction: RotatorFunction) {
    super(scope, id);
    this.#function = rotatorFunction;
  }

  /** Adds a client secret, and returns its ARN. */
  add(secret: ISecret): string {
    const arn = completeSecretArn(this, secret, {
      what: 'the client secret',
      code: 'ClientSecret',
    });
    this.#function.role.allowClientSecret(arn);
    if (!this.#isForeign(secret, arn)) this.#match(arn);
    return arn;
  }

  /** Secrets Manager sends its events to the secret's own account, so that a rule here would not fire. */
  #isForeign(secret: ISecret, arn: string): boolean {
    const { account } = Stack.of(this);
    const own = arnParts(arn)?.account ?? secret.env.account;
    return !Token.isUnresolved(own) && !Token.isUnresolved(account) && own !== account;
  }

  #match(arn: string): void {
    // Two quotes and a comma.
    const length = (Token.isUnresolved(arn) ? unresolvedLength : arn.length) + 3;
    let last = this.#rules.at(-1);
    if (last === undefined || last.used + length > patternBudget) {
      last = { rule: this.#rule(), used: 0 };
      this.#rules.push(last);
    }
    last.used += length;
    last.rule.addEventPattern({ resources: [arn] });
  }

  #rule(): Rule {
    const rule = new Rule(this, `Rule${this.#rules.length + 1}`, {
      description: 'Renews the token when its Adobe credential, an imported secret, is stored',
      eventPattern: currentVersionStored({}),
      targets: [ruleTarget(this.#function.function)],
    });
    acknowledge(rule, findings.ruleDeadLetters);
    return rule;
  }
}
