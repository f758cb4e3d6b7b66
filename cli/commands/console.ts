import { openBrowser } from '../console/open-browser.ts';
import { listEvery, startServer } from '../console/server.ts';
import { silently } from '../console/silently.ts';
import { usageError } from '../errors.ts';
import type { Session } from '../session.ts';

export interface ConsoleOptions {
  readonly port: number;
  readonly open: boolean;
  readonly allowActions?: boolean | undefined;
}

/** Serves the page of the fleet until Ctrl-C. */
export async function serveConsole(
  session: Session,
  { port, open, allowActions = false }: ConsoleOptions,
): Promise<number> {
  const { terminal, options } = session;
  const { address, ended } = await startServer(silently(session), {
    port,
    every: listEvery,
    allowsActions: allowActions,
  }).catch((error: unknown) => {
    const { code } = error as NodeJS.ErrnoException;
    throw code === 'EADDRINUSE'
      ? usageError(`port ${port} is taken`, 'give another --port')
      : error;
  });
  if (options.json === true) terminal.printJsonLine({ address });
  else {
    terminal.print(address, '');
    terminal.note('The address works once, in one browser. Press Ctrl-C to stop the console.');
    if (open && terminal.isInteractive) openBrowser(address);
  }
  await ended;
  return 0;
}
