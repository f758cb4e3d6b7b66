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

/** The functions of rotators that have the very same prefix. */
function ownersOf(rotator: Rotator): readonly string[] {
  const others = overlapsOf(rotator).filter((other) => other.prefix === rotator.prefix);
  return others.map((other) => `${other.functionName} (${other.name})`);
}

/** Tells who asked for a rotator that is not deployed that another one has its secrets. */
export function noteOwner({ terminal }: Session, rotator: Rotator): void {
  const owners = ownersOf(rotator);
  if (rotator.function.kind !== 'absent' || owners.length === 0) return;
  terminal.note(
    `no function of the rotator ${rotator.name} is deployed: the secrets under ${rotator.prefix}/ belong to ${someOf(owners)}`,
  );
}

/**
 * Secrets that another function works on, too, are changed only if `--function` says whose they are.
 *
 * @throws CliError ERR_ROTATOR_AMBIGUOUS
 */
export function checkOwner({ options }: Session, rotator: Rotator): void {
  const owners = ownersOf(rotator);
  if (owners.length === 0 || options.function !== undefined) return;
  throw new CliError(
    'ERR_ROTATOR_AMBIGUOUS',
    `the secrets under ${rotator.prefix}/ also belong to ${someOf(owners)}`,
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
