import type { Invocation } from './invocation.ts';
import type { World } from './world.ts';

/**
 * An invocation tells of an error code in its log, in its answer, or in the error that it ends with:
 * often in several of them, and that counts as once.
 */
export function toldCode({ counts }: World, { codes }: Invocation, code: unknown): void {
  if (typeof code !== 'string' || codes.has(code)) return;
  codes.add(code);
  counts.add('error codes', code);
}
