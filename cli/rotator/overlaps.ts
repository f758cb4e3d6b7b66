import { CliError } from '../errors.ts';
import type { Session } from '../session.ts';
import { someOf } from '../view/some-of.ts';
import { type DeployedRotator, type Rotator, unreadableFunctions } from './rotator.ts';

/** The rotators that share the name, or secrets: a role's rights reach everything below its prefix. */
export function overlapsOf({
  name,
  prefix,
  deployed = [],
  function: own,
}: Rotator): readonly DeployedRotator[] {
  const isWithin = (outer: string, inner: string): boolean => `${inner}/`.startsWith(`${outer}/`);
  return deployed.filter(
    (other) =>
      !(own.kind === 'deployed' && own.name === other.functionName) &&
      (other.name === name || isWithin(prefix, other.prefix) || isWithin(other.prefix, prefix)),
  );
}

/** The overlaps in words, and what to do about them. */
export function explainOverlaps(
  overlaps: readonly DeployedRotator[],
  { prefix }: Pick<Rotator, 'prefix'>,
): { readonly words: string; readonly fix: string } {
  const others = overlaps.map((other) => `${other.functionName} (${other.name}, ${other.prefix}/)`);
  return {
    words: `${prefix}/ or the rotator's name is also claimed by ${someOf(others)}`,
    fix: 'find out who deployed it; give one of the two another rotatorName and prefix (see "Rename without losing a token" in docs/runbook.md)',
  };
}

/** Says that the role of another rotator may read what is stored. */
export function overlapWarning(rotator: Rotator): string | undefined {
  const overlaps = overlapsOf(rotator);
  if (overlaps.length === 0) return undefined;
  return `${explainOverlaps(overlaps, rotator).words}, whose role may read what is stored`;
}

/**
 * Secrets that another function works on, too, are changed only if `--function` says whose they are.
 *
 * @throws CliError ERR_ROTATOR_AMBIGUOUS
 */
export function checkOwner({ options }: Session, rotator: Rotator): void {
  const { prefix } = rotator;
  const owners = overlapsOf(rotator).filter((other) => other.prefix === prefix);
  if (owners.length === 0 || options.function !== undefined) return;
  const functions = owners.map((other) => `${other.functionName} (${other.name})`);
  throw new CliError(
    'ERR_ROTATOR_AMBIGUOUS',
    `the secrets under ${prefix}/ also belong to ${someOf(functions)}`,
    'find out whose they are, and name that function in the place of its rotator: --function NAME',
  );
}

/** Undefined if every function of the account could be looked at; otherwise why not. */
export function blindSpotOf({ deployed, unreadable }: Rotator): string | undefined {
  return deployed === undefined ? 'functions could not be listed' : unreadableFunctions(unreadable);
}

/**
 * Where another rotator's role could read it, a new credential is stored only if `--function` says
 * whose it is.
 *
 * @throws CliError ERR_ROTATOR_AMBIGUOUS
 */
export function checkOwnPlace({ options }: Session, rotator: Rotator): void {
  const overlaps = overlapsOf(rotator);
  if (overlaps.length === 0 || options.function !== undefined) return;
  const { words, fix } = explainOverlaps(overlaps, rotator);
  throw new CliError('ERR_ROTATOR_AMBIGUOUS', words, `${fix}; or accept it with --function NAME`);
}
