import { setTimeout } from 'node:timers/promises';
import { formatInstant } from '../../core/instant.ts';
import { CliError } from '../errors.ts';
import {
  type AbandonedRotator,
  abandonedRotators,
  explainAbandoned,
} from '../rotator/abandoned.ts';
import { noteAssumedPrefix } from '../rotator/check-prefix.ts';
import { listCredentials } from '../rotator/credentials.ts';
import { findRotator } from '../rotator/find-rotator.ts';
import { noteOwner } from '../rotator/overlaps.ts';
import { checkName, type Rotator, whyClientUnknown } from '../rotator/rotator.ts';
import type { Session } from '../session.ts';
import { isUnhealthy, type State } from '../view/credential-state.ts';
import { statusJson, statusLines } from '../view/status-text.ts';
import { wrapLines } from '../view/table.ts';

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
  for (const name of names) checkName(name);
  const rotator = await findRotator(session);
  tellWhose(session, rotator);
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

function tellWhose(session: Session, rotator: Rotator): void {
  noteAssumedPrefix(session, rotator);
  noteOwner(session, rotator);
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

function abandonedJson({ createdAt, ...rest }: AbandonedRotator) {
  return { ...rest, created_at: createdAt && formatInstant(createdAt) };
}

// They stand below the credentials, which must not scroll away.
const mostNotes = 5;

async function show(
  session: Session,
  rotator: Rotator,
  names: readonly string[],
  watch: boolean,
): Promise<number> {
  const { terminal, options } = session;
  const [credentials, abandoned] = await Promise.all([
    listCredentials(session, rotator, names),
    abandonedRotators(session, rotator),
  ]);
  const all = (abandoned ?? []).map((one) => explainAbandoned(session, one, rotator));
  const notes = all.slice(0, mostNotes);
  const { columns, rows } = terminal;
  const now = session.now();
  // Leaves room for the summary, the header and a prompt.
  const most =
    rows === undefined ? Number.POSITIVE_INFINITY : Math.max(10, rows - 6 - 4 * notes.length);
  const isDetailed = names.length > 0;
  const isAssumed = whyClientUnknown(rotator) !== undefined;
  const whole = { rotator: rotator.name, credentials, isAssumed };
  const view = { ...whole, options, now, columns, most, isDetailed };
  if (options.json === true) {
    const json = { ...statusJson(view), abandoned_rotators: abandoned?.map(abandonedJson) };
    if (watch) terminal.printJsonLine(json);
    else terminal.printJson(json);
  } else {
    if (watch && terminal.isInteractive) {
      terminal.clear();
      tellWhose(session, rotator);
    }
    const style = (state: State, text: string): string => terminal.style(colours[state], text);
    terminal.print(...statusLines({ ...view, style }));
    for (const { words, fix } of notes) {
      const warning = wrapLines(`abandoned: ${words}`, 0, columns);
      terminal.print('', ...warning.map((line) => terminal.style('yellow', line)));
      terminal.print(...wrapLines(`→ ${fix}`, 2, columns));
    }
    if (all.length > mostNotes) {
      terminal.print('', `and ${all.length - mostNotes} more abandoned rotators: --json names all`);
    }
  }
  return credentials.some(isUnhealthy) ? 1 : 0;
}
