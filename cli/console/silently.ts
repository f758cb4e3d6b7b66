import { Writable } from 'node:stream';
import type { Session } from '../session.ts';
import { Terminal } from '../view/terminal.ts';

/** The session with a terminal that shows nothing and asks nobody: the page is the view. */
export function silently(session: Session): Session {
  return { ...session, terminal: new Terminal(nowhere()) };
}

/** The streams of such a terminal. */
export function nowhere(): Pick<NodeJS.Process, 'stdin' | 'stdout' | 'stderr'> {
  const stream = new Writable({ write: (_chunk, _encoding, done) => done() });
  return {
    stdout: stream as unknown as NodeJS.Process['stdout'],
    stderr: stream as unknown as NodeJS.Process['stderr'],
    stdin: { isTTY: false } as unknown as NodeJS.Process['stdin'],
  };
}
