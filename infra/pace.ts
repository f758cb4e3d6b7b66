import { Token } from 'aws-cdk-lib';
import type { IConstruct } from 'constructs';
import { environmentVariables, paceLimits } from '../core/contract.ts';
import type { ImsTokenRotatorProps } from './ims-token-rotator-props.ts';
import { refuse } from './refuse.ts';

export type PaceName = keyof typeof paceLimits;

/**
 * The variables that tell the function how fast it may work; none for what is as usual.
 *
 * @throws ValidationError for a number outside the limits
 */
export function paceEnvironment(
  scope: IConstruct,
  props: Pick<ImsTokenRotatorProps, PaceName>,
): Record<string, string> {
  const names = Object.keys(paceLimits) as PaceName[];
  return Object.fromEntries(
    names.flatMap((name) => {
      const value = props[name];
      if (value === undefined) return [];
      checkPace(scope, name, value);
      return [[environmentVariables[name], String(value)]];
    }),
  );
}

function checkPace(scope: IConstruct, name: PaceName, value: number): void {
  const { least, most } = paceLimits[name];
  if (Token.isUnresolved(value)) return;
  if (Number.isInteger(value) && value >= least && value <= most) return;
  const id = `${name.charAt(0).toUpperCase()}${name.slice(1)}`;
  refuse(scope, id, `${name} must be a whole number from ${least} to ${most}; it is ${value}`);
}
