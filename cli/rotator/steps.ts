import { CliError, interrupted } from '../errors.ts';
import type { Session } from '../session.ts';
import { wrapLines } from '../view/table.ts';
import type { Progress } from '../view/terminal.ts';

/** One thing that was done, in words. */
export interface StepDone {
  readonly step: string;
  readonly did: string;
}

type Work<Result> = (progress: Progress) => Promise<readonly [did: string, result: Result]>;

/** Does one step after another, and tells what each did. */
export class Steps {
  readonly done: StepDone[] = [];
  /** The state in which an interruption leaves everything. */
  state = 'nothing was changed';
  readonly #session: Session;
  readonly #again: string;

  /** @param again the command that goes on after a failure */
  constructor(session: Session, again: string) {
    this.#session = session;
    this.#again = again;
  }

  /** @throws CliError which says where it stopped, and how to go on */
  async run<Result>(step: string, work: Work<Result>): Promise<Result> {
    const { terminal, signal } = this.#session;
    if (signal.aborted) throw this.#interruption();
    const progress = terminal.progress(step);
    try {
      const [did, result] = await work(progress);
      progress.end();
      this.tell(step, did);
      return result;
    } catch (error) {
      throw this.#asFailure(step, error);
    } finally {
      progress.end();
    }
  }

  tell(step: string, did: string): void {
    const { terminal, options } = this.#session;
    this.done.push({ step, did });
    if (options.json === true) return;
    const [first = '', ...rest] = wrapLines(did, 2, terminal.columns);
    terminal.print(`${terminal.style('green', '✓')} ${first.trimStart()}`, ...rest);
  }

  #asFailure(step: string, error: unknown): unknown {
    if (!(error instanceof CliError))
      return this.#session.signal.aborted ? this.#interruption() : error;
    if (error.code === 'ERR_INTERRUPTED') return this.#interruption();
    const { code, message, fix } = error;
    const text = `could not ${step}: ${message} (${this.state})`;
    const goOn = `then go on: ${this.#again}`;
    return new CliError(code, text, fix === undefined ? goOn : `${fix}; ${goOn}`, { cause: error });
  }

  #interruption(): CliError {
    return interrupted(`${this.state}; go on with: ${this.#again}`);
  }
}
