import { Duration } from 'aws-cdk-lib';
import { Match, Rule } from 'aws-cdk-lib/aws-events';
import { LambdaFunction } from 'aws-cdk-lib/aws-events-targets';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import { Construct } from 'constructs';
import { secretName } from '../core/contract.ts';
import { acknowledge, findings } from './acknowledge.ts';
import { currentVersionStored } from './label-event.ts';

export interface CredentialRuleProps {
  readonly target: IFunction;
  /** The prefix of the secrets' names, without the slash that follows. */
  readonly prefix: string;
}

/**
 * Invokes the function when a credential is stored, so that its token follows within seconds. Token
 * secrets do not match, or the function would be invoked by its own writes.
 */
export class CredentialRule extends Construct {
  constructor(scope: Construct, id: string, { target, prefix }: CredentialRuleProps) {
    super(scope, id);
    const rule = new Rule(this, 'Rule', {
      description: 'Renews the token when its Adobe credential is stored',
      eventPattern: currentVersionStored({
        name: Match.wildcard(secretName(prefix, '*', 'client')),
      }),
      targets: [ruleTarget(target)],
    });
    acknowledge(rule, findings.ruleDeadLetters);
  }
}

export function ruleTarget(target: IFunction): LambdaFunction {
  return new LambdaFunction(target, { retryAttempts: 2, maxEventAge: Duration.minutes(5) });
}
