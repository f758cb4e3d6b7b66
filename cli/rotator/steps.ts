import { CliError, interrupted } from '../errors.ts';
import type { Session } from '../session.ts';
import { wrapLines } from '../view/table.ts';
import type { Progress } from '../view/terminal.ts';

/** One thing that was done, in words. */
export interface StepDone {
  readonly step: string;
  readonly did: string;
}

/** The next step once a failure is mended, or after Ctrl-C. */
type GoOn = (failure?: CliError) => string;

type Work<Result> = (progress: Progress) => Promise<readonly [did: string, result: Result]>;

/** Does one step after another, and tells what each did. */
export class Steps {
  readonly done: StepDone[] = [];
  /** The state in which an interruption leaves everything. */
  state = 'nothing was changed';
  readonly #session: Session;
  readonly #goOn: GoOn;
  #failure: unknown;

  /** @param goOn the command that goes on, and what else there is to do */
  constructor(session: Session, goOn: GoOn) {
    this.#session = session;
    this.#goOn = goOn;
  }

  /** Goes on after a failure. */
  get command(): string {
    return this.#goOn();
  }

  /** Does all the steps. @throws CliError which says how to go on, wherever it stopped */
  async all<Output>(work: () => Promise<Output>): Promise<Output> {
    try {
      return await work();
    } catch (error) {
      if (error === this.#failure || !(error instanceof CliError)) throw error;
      throw error.code === 'ERR_INTERRUPTED'
        ? this.#interruption()
        : this.#stopped(error, error.message);
    }
  }

  /** @throws CliError which says where it stopped, and how to go on */
  async run<Result>(step: string, work: Work<Result>): Promise<Result> {
    if (this.#session.signal.aborted) throw this.#interruption();
    return await this.finish(step, work);
  }

  /** Like `run`, even after Ctrl-C: a step that completes the one before it. */
  async finish<Result>(step: string, work: Work<Result>): Promise<Result> {
    const { terminal } = this.#session;
    const progress = terminal.progress(step);
    try {
      const [did, result] = await work(progress);
      progress.end();
      this.tell(step, did);
      return result;
    } catch (error) {
      this.#failure = this.#asFailure(step, error);
      throw this.#failure;
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
    return this.#stopped(error, `could not ${step}: ${error.message}`);
  }

  #stopped(error: CliError, text: string): CliError {
    const goOn = error.isFixWhole ? [] : [`then go on: ${this.#goOn(error)}`];
    const fix = [...(error.fix === undefined ? [] : [error.fix]), ...goOn].join('; ') || undefined;
    return new CliError(error.code, `${text} (${this.state})`, fix, { cause: error });
  }

  #interruption(): CliError {
    return interrupted(`${this.state}; go on with: ${this.#goOn()}`);
  }
}
