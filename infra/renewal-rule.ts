import { Annotations, Stack, Token } from 'aws-cdk-lib';
import { Rule } from 'aws-cdk-lib/aws-events';
import type { OnTokenRenewedOptions } from './ims-credential-props.ts';
import { currentVersionStored } from './label-event.ts';
import type { ReadableToken } from './token-readers.ts';

/** A rule that invokes a target when the token secret has a new current version. */
export function renewalRule(
  { scope, secretName, account, region }: ReadableToken,
  id: string,
  { target, crossStackScope }: OnTokenRenewedOptions,
): Rule {
  const rule = new Rule(crossStackScope ?? scope, id, {
    description: `A new access token is in ${secretName}`,
    // Events of another account or Region arrive only if they are forwarded, and then keep their origin.
    eventPattern: {
      ...currentVersionStored({ name: [secretName] }),
      account: [account],
      region: [region],
    },
    targets: [target],
  });
  const here = Stack.of(rule);
  if (isElsewhere(account, here.account) || isElsewhere(region, here.region)) {
    Annotations.of(rule).addWarningV2(
      'ims-token-rotator:eventElsewhere',
      `Secrets Manager sends the events of ${secretName} to the account ${account} in ${region} ` +
        'only; create a rule there that forwards them to this event bus, then acknowledge this warning',
    );
  }
  return rule;
}

function isElsewhere(its: string, ours: string): boolean {
  return !Token.isUnresolved(its) && !Token.isUnresolved(ours) && its !== ours;
}
