import {
  type ScopeSettings,
  type UnderstoodCredential,
  understandCredential,
} from '../../core/credential.ts';
import { RotatorError } from '../../core/errors.ts';

/** The credential in a text; undefined if there is none. */
export function understood(
  text: string,
  settings: ScopeSettings,
): UnderstoodCredential | undefined {
  try {
    return understandCredential(text, settings);
  } catch (error) {
    if (error instanceof RotatorError) return undefined;
    throw error;
  }
}
