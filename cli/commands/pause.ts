import { findRotator } from '../rotator/find-rotator.ts';
import { pauseCredential, pausingWords } from '../rotator/pausing.ts';
import { checkName } from '../rotator/rotator.ts';
import type { Session } from '../session.ts';
import { wrapLines } from '../view/table.ts';

/** Pauses or resumes a credential through the tag of its token secret. */
export async function setPaused(session: Session, name: string, paused: boolean): Promise<number> {
  const { terminal, options } = session;
  checkName(name);
  const pausing = await pauseCredential(session, await findRotator(session), name, paused);
  if (options.json === true) terminal.printJson({ name, ...pausing });
  else terminal.print(...wrapLines(pausingWords(name, pausing), 0, terminal.columns));
  return 0;
}
