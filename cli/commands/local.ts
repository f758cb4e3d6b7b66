import { NotBuilt, runLocal } from '../../local/local.ts';
import { usageError } from '../errors.ts';
import type { Session } from '../session.ts';

export interface LocalOptions {
  readonly port: number;
  readonly tick?: number | undefined;
}

/** Runs AWS, IMS and the rotator on this machine until Ctrl-C. */
export async function local(
  { options, signal, terminal }: Session,
  { port, tick }: LocalOptions,
): Promise<number> {
  const json = options.json === true;
  const print = (text: string): void => terminal.print(...text.split('\n'));
  try {
    await runLocal({ port, tickSeconds: tick, json, print }, signal);
    return 0;
  } catch (error) {
    const { code, port: taken } = error as NodeJS.ErrnoException & { readonly port?: number };
    if (error instanceof NotBuilt) throw usageError(error.message);
    if (code !== 'EADDRINUSE') throw error;
    throw usageError(`port ${taken} is taken`, 'give another --port');
  }
}
