import { CliError, interrupted } from '../errors.ts';
import type { Session } from '../session.ts';
import { wrapLines } from '../view/table.ts';
import type { Progress } from '../view/terminal.ts';

/** One thing that was done, in words. */
export interface StepDone {
  readonly step: string;
  readonly did: string;
}

/** The next steps once a failure is mended, or after Ctrl-C; undefined if there are none. @param fix mends it */
type GoOn = (fix?: string) => Promise<string | undefined>;

type Work<Result> = (progress: Progress) => Promise<readonly [did: string, result: Result]>;

/** Does one step after another, and tells what each did. */
export class Steps {
  readonly done: StepDone[] = [];
  /** The state in which an interruption leaves everything. */
  state = 'nothing was changed';
  readonly #session: Session;
  readonly #goOn: GoOn;
  #failure: unknown;

  /** Goes on after a failure. */
  readonly command: string;

  /** @param goOn tells if something else is to be done than to go on with the command */
  constructor(session: Session, command: string, goOn?: GoOn) {
    this.command = command;
    this.#session = session;
    this.#goOn = goOn ?? (() => Promise.resolve(command));
  }

  /** Does all the steps. @throws CliError which says how to go on, wherever it stopped */
  async all<Output>(work: () => Promise<Output>): Promise<Output> {
    try {
      return await work();
    } catch (error) {
      if (error === this.#failure || !(error instanceof CliError)) throw error;
      throw error.code === 'ERR_INTERRUPTED'
        ? await this.#interruption()
        : await this.#stopped(error, error.message);
    }
  }

  /** @throws CliError which says where it stopped, and how to go on */
  async run<Result>(step: string, work: Work<Result>): Promise<Result> {
    if (this.#session.signal.aborted) throw await this.#interruption();
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
      this.#failure = await this.#asFailure(step, error);
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

  async #asFailure(step: string, error: unknown): Promise<unknown> {
    if (!(error instanceof CliError))
      return this.#session.signal.aborted ? await this.#interruption() : error;
    if (error.code === 'ERR_INTERRUPTED') return await this.#interruption();
    return await this.#stopped(error, `could not ${step}: ${error.message}`);
  }

  async #stopped(error: CliError, text: string): Promise<CliError> {
    const next = error.isFixWhole ? undefined : await this.#goOn(error.fix);
    const goOn = next === undefined ? [] : [`then go on: ${next}`];
    const fix = [...(error.fix === undefined ? [] : [error.fix]), ...goOn].join('; ') || undefined;
    return new CliError(error.code, `${text} (${this.state})`, fix, { cause: error });
  }

  async #interruption(): Promise<CliError> {
    const next = await this.#goOn();
    return interrupted(next === undefined ? this.state : `${this.state}; go on with: ${next}`);
  }
}
