import { runLocal } from '../../local/local.ts';
import type { Session } from '../session.ts';

export interface LocalOptions {
  readonly port: number;
  readonly tick: number;
}

/** Keeps the embedded world up until Ctrl-C. */
export async function local(
  { options, signal, terminal }: Session,
  { port, tick }: LocalOptions,
): Promise<number> {
  const json = options.json === true;
  await runLocal({ port, tickSeconds: tick, json, print: (text) => terminal.print(text) }, signal);
  return 0;
}
