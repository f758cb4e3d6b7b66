import { setTimeout } from 'node:timers/promises';
import { CliError } from '../errors.ts';
import { listCredentials } from '../rotator/credentials.ts';
import { findRotator } from '../rotator/find-rotator.ts';
import type { Rotator } from '../rotator/rotator.ts';
import type { Session } from '../session.ts';
import { isUnhealthy, type State } from '../view/credential-state.ts';
import { statusJson, statusLines } from '../view/status-text.ts';

export interface StatusOptions {
  readonly watch?: boolean | undefined;
  /** Seconds between two updates. */
  readonly every: number;
}

/** Shows the state of credentials. @returns 1 if any is failing, expired or overdue */
export async function status(
  session: Session,
  names: readonly string[],
  { watch = false, every }: StatusOptions,
): Promise<number> {
  const rotator = await findRotator(session);
  let exitCode = await show(session, rotator, names, watch);
  while (watch && !session.signal.aborted && !session.terminal.isClosed) {
    try {
      await setTimeout(every * 1000, undefined, { signal: session.signal });
      exitCode = await show(session, rotator, names, watch);
    } catch (error) {
      // Ctrl-C stops watching. A transient failure of AWS does not.
      if (session.signal.aborted) break;
      if (!(error instanceof CliError && error.code === 'ERR_AWS_UNAVAILABLE')) throw error;
      session.terminal.note(error.message);
    }
  }
  return exitCode;
}

const colours: Readonly<Record<State, 'red' | 'yellow' | 'green' | 'dim'>> = {
  expired: 'red',
  failing: 'red',
  overdue: 'red',
  due: 'yellow',
  foreign: 'yellow',
  fresh: 'green',
  empty: 'dim',
  paused: 'dim',
};

async function show(
  session: Session,
  rotator: Rotator,
  names: readonly string[],
  watch: boolean,
): Promise<number> {
  const { terminal, options } = session;
  const credentials = await listCredentials(session, rotator, names);
  const { columns, rows } = terminal;
  const now = session.now();
  // Leaves room for the summary, the header and a prompt.
  const most = rows === undefined ? Number.POSITIVE_INFINITY : Math.max(10, rows - 6);
  const view = { rotator: rotator.name, credentials, now, columns, most };
  if (options.json === true) {
    const json = statusJson(view);
    if (watch) terminal.print(JSON.stringify(json));
    else terminal.printJson(json);
  } else {
    if (watch) terminal.clear();
    const style = (state: State, text: string): string => terminal.style(colours[state], text);
    terminal.print(statusLines({ ...view, style }).join('\n'));
  }
  return credentials.some(isUnhealthy) ? 1 : 0;
}
