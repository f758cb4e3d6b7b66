import { Writable } from 'node:stream';
import type { Session } from '../session.ts';
import { Terminal } from '../view/terminal.ts';

/** The session with a terminal that shows nothing and asks nobody: the page is the view. */
export function silently(session: Session): Session {
  const nowhere = new Writable({ write: (_chunk, _encoding, done) => done() });
  const terminal = new Terminal({
    stdout: nowhere as unknown as NodeJS.Process['stdout'],
    stderr: nowhere as unknown as NodeJS.Process['stderr'],
    stdin: { isTTY: false } as unknown as NodeJS.Process['stdin'],
  });
  return { ...session, terminal };
}
