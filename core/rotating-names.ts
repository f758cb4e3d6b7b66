import * as v from 'valibot';
import { allRotate } from './contract.ts';
import { isCredentialName } from './secret-name.ts';

/** The names of the credentials whose client secrets rotate, as the function's environment has them. */
export const rotatingNames = v.optional(
  v.pipe(
    v.string(),
    v.check(
      (names) => names === allRotate || names.split(',').every(isCredentialName),
      `must be credential names and commas, or ${allRotate}`,
    ),
  ),
);

export function rotatingAmong(
  declared: ReadonlySet<string>,
  names: string | undefined,
): ReadonlySet<string> | undefined {
  if (names === undefined) return undefined;
  return names === allRotate ? declared : new Set(names.split(','));
}
