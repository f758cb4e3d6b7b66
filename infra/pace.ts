import { Token } from 'aws-cdk-lib';
import type { IConstruct } from 'constructs';
import { environmentVariables, paceLimits } from '../core/contract.ts';
import type { ImsTokenRotatorProps } from './ims-token-rotator-props.ts';
import { refuse } from './refuse.ts';

export type PaceName = keyof typeof paceLimits;

/**
 * The variables that tell the function how fast it may work; none for what is as usual.
 *
 * @throws ValidationError for a number outside the limits, or one that the shards cannot divide
 */
export function paceEnvironment(
  scope: IConstruct,
  props: Pick<ImsTokenRotatorProps, PaceName>,
  shards: number,
): Record<string, string> {
  const names = Object.keys(paceLimits) as PaceName[];
  return Object.fromEntries(
    names.flatMap((name) => {
      const value = props[name];
      if (value === undefined) return [];
      checkPace(scope, name, value);
      const problem = isDivided(name) ? shareProblem(value, shards) : undefined;
      if (problem !== undefined) refuse(scope, `${idOf(name)}Share`, `${name} ${problem}`);
      return [[environmentVariables[name], String(value)]];
    }),
  );
}

/** What shards divide among themselves, so that all of them together keep it. */
export const dividedPaces = ['imsRequestsPerSecond', 'writesPerSecond'] as const;

function isDivided(name: PaceName): boolean {
  return dividedPaces.some((divided) => divided === name);
}

/** The reason why a pace cannot be divided among the shards, if it cannot. */
export function shareProblem(perSecond: number, shards: number): string | undefined {
  if (Token.isUnresolved(perSecond) || perSecond >= shards) return undefined;
  return `must be at least ${shards}, because ${shards} shards divide it; it is ${perSecond}`;
}

function checkPace(scope: IConstruct, name: PaceName, value: number): void {
  const { least, most } = paceLimits[name];
  if (Token.isUnresolved(value)) return;
  if (Number.isInteger(value) && value >= least && value <= most) return;
  refuse(
    scope,
    idOf(name),
    `${name} must be a whole number from ${least} to ${most}; it is ${value}`,
  );
}

function idOf(name: PaceName): string {
  return `${name.charAt(0).toUpperCase()}${name.slice(1)}`;
}
