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
  standardPrefix,
} from '../core/contract.ts';
import { refuse } from './refuse.ts';

export function checkCredentialName(scope: IConstruct, name: string): void {
  if (credentialNamePattern.test(name)) return;
  refuse(
    scope,
    'CredentialName',
    `the credential name "${name}" is invalid: it must be ${credentialNameRule}`,
  );
}

/** The prefix of a rotator's secret names, without the slash that follows. */
export function secretPrefix(
  scope: IConstruct,
  {
    rotatorName,
    prefix,
  }: { readonly rotatorName?: string | undefined; readonly prefix?: string | undefined },
): string {
  if (rotatorName !== undefined) checkRotatorName(scope, rotatorName);
  if (prefix === undefined && rotatorName === undefined) {
    refuse(scope, 'RotatorMissing', 'give either rotatorName or prefix');
  }
  const whole = prefix ?? defaultPrefix(rotatorName ?? '');
  if (Token.isUnresolved(whole) || !prefixPattern.test(whole)) {
    refuse(scope, 'Prefix', `the prefix "${whole}" is invalid: it must be ${prefixRule}`);
  }
  const problem = prefixProblem(whole);
  if (problem !== undefined) refuse(scope, 'PrefixOfAll', `the prefix "${whole}" ${problem}`);
  return whole;
}

/** Rotators of other apps have their secrets there, and a role's patterns match slashes. */
export function prefixProblem(prefix: unknown): string | undefined {
  if (prefix !== standardPrefix) return undefined;
  return (
    'is that of every rotator: this one could read the secrets of all others; use ' +
    `"${defaultPrefix('<rotatorName>')}", the default, or a prefix of its own`
  );
}

export function checkRotatorName(scope: IConstruct, name: string): void {
  if (Token.isUnresolved(name)) {
    refuse(
      scope,
      'RotatorNameUnknown',
      'the rotator’s name is unknown until deployment, but the names of its secrets contain it; ' +
        'give a rotatorName (a nested stack has no default)',
    );
  }
  if (!rotatorNamePattern.test(name)) {
    refuse(
      scope,
      'RotatorName',
      `the rotator name "${name}" is invalid: it must be ${rotatorNameRule}`,
    );
  }
}
