import { Token } from 'aws-cdk-lib';
import type { IConstruct } from 'constructs';
import { refuse } from './refuse.ts';

export const credentialNamePattern = /^[a-z0-9][a-z0-9-]{0,62}$/;
export const credentialNameRule =
  'lower-case letters, digits and hyphens, 1 to 63 characters, not starting with a hyphen';

export const rotatorNamePattern = /^[A-Za-z0-9][A-Za-z0-9-]{0,127}$/;
export const rotatorNameRule =
  'letters, digits and hyphens, 1 to 128 characters, not starting with a hyphen';

export const prefixPattern = /^(?=.{1,400}$)[A-Za-z0-9_+=.@-]+(\/[A-Za-z0-9_+=.@-]+)*$/;
export const prefixRule =
  'parts of letters, digits and _+=.@- joined by single slashes, at most 400 characters';

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
  const whole = prefix ?? `ims-token-rotator/${rotatorName}`;
  if (prefix === undefined && rotatorName === undefined) {
    refuse(scope, 'RotatorMissing', 'give the rotatorName, or the prefix of its secrets');
  }
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
