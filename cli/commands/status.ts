import { setTimeout } from 'node:timers/promises';
import { CliError } from '../errors.ts';
import { listCredentials } from '../rotator/credentials.ts';
import { findRotator, type Rotator } from '../rotator/rotator.ts';
import type { Session } from '../session.ts';
import { isUnhealthy, type State } from '../view/credential-state.ts';
import { statusJson, statusLines } from '../view/status-text.ts';

export interface StatusOptions {
  readonly watch?: boolean;
  /** Seconds between two looks. */
  readonly every: number;
}

/** Shows how the credentials are doing. @returns 1 if any is failing, expired or overdue */
export async function status(
  session: Session,
  names: readonly string[],
  { watch = false, every }: StatusOptions,
): Promise<number> {
  const rotator = await findRotator(session);
  let exitCode = await look(session, rotator, names, watch);
  while (watch && !session.signal.aborted && !session.terminal.isClosed) {
    try {
      await setTimeout(every * 1000, undefined, { signal: session.signal });
      exitCode = await look(session, rotator, names, watch);
    } catch (error) {
      // Ctrl-C is how one stops watching; what AWS does not answer now it may answer next time.
      if (session.signal.aborted) break;
      if (!(error instanceof CliError && error.code === 'ERR_AWS_UNAVAILABLE')) throw error;
      session.terminal.note(error.message);
    }
  }
  return exitCode;
}

const colours: Readonly<Partial<Record<State, 'red' | 'yellow' | 'green' | 'dim'>>> = {
  expired: 'red',
  failing: 'red',
  overdue: 'red',
  due: 'yellow',
  foreign: 'yellow',
  fresh: 'green',
  empty: 'dim',
  paused: 'dim',
};

async function look(
  session: Session,
  rotator: Rotator,
  names: readonly string[],
  watch: boolean,
): Promise<number> {
  const { terminal, options } = session;
  const credentials = await listCredentials(session, rotator, names);
  const { columns, rows } = terminal;
  const now = session.now();
  // A header, a summary and a prompt are on the screen too.
  const most = rows === undefined ? Number.POSITIVE_INFINITY : Math.max(10, rows - 6);
  const view = { rotator: rotator.name, credentials, now, columns, most };
  if (options.json === true) {
    const json = statusJson(view);
    if (watch) terminal.print(JSON.stringify(json));
    else terminal.printJson(json);
  } else {
    if (watch) terminal.clear();
    const style = (state: State, text: string): string =>
      terminal.style(colours[state] ?? 'reset', text);
    terminal.print(statusLines({ ...view, style }).join('\n'));
  }
  return credentials.some(isUnhealthy) ? 1 : 0;
}
