import { Duration } from 'aws-cdk-lib';
import { type EventPattern, Match, Rule } from 'aws-cdk-lib/aws-events';
import { LambdaFunction } from 'aws-cdk-lib/aws-events-targets';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import { Construct } from 'constructs';

export interface CredentialRuleProps {
  readonly target: IFunction;
  /** What the secrets' names begin with, without the slash that follows. */
  readonly prefix: string;
}

/**
 * Calls the function when a credential is stored, so that its token is there within seconds. Token
 * secrets do not match: the function would be called by its own writes.
 */
export class CredentialRule extends Construct {
  constructor(scope: Construct, id: string, { target, prefix }: CredentialRuleProps) {
    super(scope, id);
    new Rule(this, 'Rule', {
      description: 'Renews the token of an Adobe credential that was stored',
      eventPattern: credentialStored({ name: Match.wildcard(`${prefix}/*/client`) }),
      targets: [ruleTarget(target)],
    });
  }
}

/** The event of a new current version, of the secrets that the detail says. */
export function credentialStored(detail: Readonly<Record<string, string[]>>): EventPattern {
  return {
    source: ['aws.secretsmanager'],
    detailType: ['Secret Label Updated'],
    detail: { labelUpdated: ['AWSCURRENT'], ...detail },
  };
}

export function ruleTarget(target: IFunction): LambdaFunction {
  return new LambdaFunction(target, { retryAttempts: 2, maxEventAge: Duration.minutes(5) });
}
