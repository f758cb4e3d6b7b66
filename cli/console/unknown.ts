import type { Known, Unknown } from '../../console/messages.ts';
import { asCliError } from '../view/report-error.ts';

/** A failure as the page shows it. */
export function asUnknown(error: unknown): Unknown {
  const { code, message, fix, right } = asCliError(error);
  return { code, message, fix, right };
}

/** The answer to a question, or the reason why there is none. */
export async function known<Result>(ask: () => Promise<Result>): Promise<Known<Result>> {
  try {
    return { known: await ask() };
  } catch (error) {
    return { unknown: asUnknown(error) };
  }
}
