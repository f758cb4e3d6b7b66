import { Annotations, Stack, Stage, Token } from 'aws-cdk-lib';
import type { IConstruct } from 'constructs';
import { refuse } from './refuse.ts';

/** Marks a rotator, of whichever copy of this package: npm may install two of them. */
const mark = Symbol.for('ims-token-rotator.ImsTokenRotator');

interface NamedRotator extends IConstruct {
  readonly rotatorName: string;
  readonly prefix: string;
}

/**
 * Refuses a second rotator with the same name or prefix in one account and Region: the two would renew
 * each other's tokens and share their metrics. Where that is unknown, it warns. Stages are
 * environments of their own, so two of them are never compared.
 */
export function checkUnique(rotator: NamedRotator): void {
  Object.defineProperty(rotator, mark, { value: true });
  const stage = Stage.of(rotator);
  const others = (stage ?? rotator.node.root).node
    .findAll()
    .filter(isRotator)
    .filter((other) => other !== rotator && Stage.of(other) === stage);
  for (const other of others) {
    const conflict = conflictOf(rotator, other);
    const same = conflict && inSamePlace(Stack.of(rotator), Stack.of(other));
    if (conflict === undefined || same === false) continue;
    if (same === true) refuse(rotator, conflict.code, conflict.message);
    Annotations.of(rotator).addWarningV2(
      'ims-token-rotator:rotatorTwice',
      `${conflict.message}, or give both stacks an env; acknowledge this warning if they are never ` +
        'deployed to the same account and Region',
    );
  }
}

function isRotator(construct: IConstruct): construct is NamedRotator {
  return mark in construct;
}

interface Conflict {
  readonly code: string;
  readonly message: string;
}

function conflictOf(own: NamedRotator, other: NamedRotator): Conflict | undefined {
  const { path } = other.node;
  if (other.rotatorName === own.rotatorName) {
    const remedy = 'give one of them another rotatorName';
    const message = `${path} is also named "${own.rotatorName}"; ${remedy}`;
    return { code: 'RotatorTwice', message };
  }
  const isWithin = (outer: string, inner: string): boolean => `${inner}/`.startsWith(`${outer}/`);
  if (!isWithin(own.prefix, other.prefix) && !isWithin(other.prefix, own.prefix)) return undefined;
  const overlap = `the prefix "${own.prefix}" overlaps with "${other.prefix}" of ${path}`;
  return { code: 'PrefixTwice', message: `${overlap}; give one of them another prefix` };
}

/** Undefined if it is unknown until deployment. */
function inSamePlace(one: Stack, other: Stack): boolean | undefined {
  if (outermost(one) === outermost(other)) return true;
  const pairs = [
    [one.account, other.account],
    [one.region, other.region],
  ] as const;
  const known = pairs.filter((pair) => !pair.some((value) => Token.isUnresolved(value)));
  if (known.some(([first, second]) => first !== second)) return false;
  return known.length === pairs.length ? true : undefined;
}

function outermost(stack: Stack): Stack {
  return stack.nestedStackParent === undefined ? stack : outermost(stack.nestedStackParent);
}
