import { devNull } from 'node:os';
import { NotBuilt, runLocal } from '../../local/local.ts';
import { listEvery, startServer } from '../console/server.ts';
import { nowhere } from '../console/silently.ts';
import { usageError } from '../errors.ts';
import { type Session, startSession } from '../session.ts';

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
  const serveConsole = async (
    environment: Readonly<Record<string, string>>,
    consolePort: number,
  ): Promise<string> => {
    enter(environment, process.env);
    const visitor = await startSession({}, { ...nowhere(), env: process.env }, signal);
    const settings = { port: consolePort, every: listEvery, allowsActions: true };
    return (await startServer(visitor, settings)).address;
  };
  const print = (text: string): void => terminal.print(...text.split('\n'));
  try {
    await runLocal({ port, tickSeconds: tick, json, print, serveConsole }, signal);
    return 0;
  } catch (error) {
    const { code, port: taken } = error as NodeJS.ErrnoException & { readonly port?: number };
    if (error instanceof NotBuilt) throw usageError(error.message);
    if (code !== 'EADDRINUSE') throw error;
    throw usageError(`port ${taken} is taken`, 'give another --port');
  }
}

/** From now on, this process calls AWS in the embedded world, whatever it was set to before. */
function enter(environment: Readonly<Record<string, string>>, env: NodeJS.ProcessEnv): void {
  for (const name of Object.keys(env)) if (name.startsWith('AWS_')) delete env[name];
  const files = { AWS_CONFIG_FILE: devNull, AWS_SHARED_CREDENTIALS_FILE: devNull };
  Object.assign(env, environment, files);
}
