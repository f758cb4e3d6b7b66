import { PassThrough } from 'node:stream';
import { vi } from 'vitest';
import { type Session, startSession } from '../../cli/session.ts';
import { reportError } from '../../cli/view/report-error.ts';
import { type Exit, withoutEndpoints } from '../support/run-process.ts';
import type { Operator } from './operator.ts';

/** Parts of a session that a test replaces. */
export type Effects = Partial<Pick<Session, 'now' | 'sleep' | 'options'>> & {
  readonly secrets?: ((secrets: Session['secrets']) => Session['secrets']) | undefined;
};

/** Runs a command in this process, with parts of its session replaced. */
export async function runHere(
  { environment }: Operator,
  command: (session: Session) => Promise<number>,
  effects: Effects = {},
  signal: AbortSignal = new AbortController().signal,
): Promise<Exit> {
  for (const [name, value] of Object.entries(environment)) vi.stubEnv(name, value);
  const [stdout, stderr] = [new PassThrough(), new PassThrough()];
  const streams = { stdin: process.stdin, stdout, stderr, env: process.env };
  const host = streams as unknown as NodeJS.Process;
  const run = async (): Promise<number> => {
    const started = await startSession({}, host, signal);
    const secrets = effects.secrets?.(started.secrets) ?? started.secrets;
    return await command({ ...started, ...effects, secrets });
  };
  const code = await run().catch((error: unknown) => reportError(error, {}, host));
  const text = (stream: PassThrough): string => String(stream.read() ?? '');
  return { code, stdout: text(stdout), stderr: withoutEndpoints(text(stderr)) };
}
