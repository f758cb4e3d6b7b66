import { Token } from 'aws-cdk-lib';
import type { IConstruct } from 'constructs';
import {
  credentialNamePattern,
  credentialNameRule,
  defaultPrefix,
  prefixPattern,
  prefixRule,
  rotatorNamePattern,
  rotatorNameRule,
} from '../core/contract.ts';
import { refuse } from './refuse.ts';

export function checkCredentialName(scope: IConstruct, name: string): void {
  if (credentialNamePattern.test(name)) return;
  refuse(scope, 'CredentialName', `"${name}" is no credential name: ${credentialNameRule}`);
}

/** What the names of a rotator's secrets begin with, without the slash that follows. */
export function secretPrefix(
  scope: IConstruct,
  {
    rotatorName,
    prefix,
  }: { readonly rotatorName?: string | undefined; readonly prefix?: string | undefined },
): string {
  if (rotatorName !== undefined) checkRotatorName(scope, rotatorName);
  if (prefix === undefined && rotatorName === undefined) {
    refuse(scope, 'RotatorMissing', 'give the rotatorName, or the prefix of its secrets');
  }
  const whole = prefix ?? defaultPrefix(rotatorName ?? '');
  if (Token.isUnresolved(whole) || !prefixPattern.test(whole)) {
    refuse(scope, 'Prefix', `the prefix "${whole}" is not right: ${prefixRule}`);
  }
  return whole;
}

export function checkRotatorName(scope: IConstruct, name: string): void {
  if (Token.isUnresolved(name)) {
    refuse(
      scope,
      'RotatorNameUnknown',
      'the rotator’s name is known only at deployment, and the names of its secrets are made of ' +
        'it; give a rotatorName (in a nested stack there is no default)',
    );
  }
  if (!rotatorNamePattern.test(name)) {
    refuse(scope, 'RotatorName', `"${name}" is no rotator name: ${rotatorNameRule}`);
  }
}
