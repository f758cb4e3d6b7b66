import type { Session } from '../session.ts';
import { labelledLines, wrapLines } from '../view/table.ts';
import type { Check, Finding } from './check.ts';

const marks = {
  ok: ['✓', 'green'],
  failed: ['✗', 'red'],
  unknown: ['?', 'yellow'],
} as const;

const titleWidth = 17;

// Anybody can look at that: it says nothing about a credential.
const reachable = 'IMS';

/** Prints each finding as it arrives, in the order of the checks. */
export class Report {
  readonly #session: Session;
  readonly #findings: object[] = [];
  #failures = 0;
  /** The last section, if no check of it could look at anything. */
  #unseen: string | undefined;

  constructor(session: Session) {
    this.#session = session;
  }

  async section(title: string, checks: readonly Check[]): Promise<void> {
    const { terminal, options } = this.#session;
    if (options.json !== true) terminal.print(terminal.style('bold', title));
    const progress = terminal.progress(title);
    const verdicts = new Set<Finding['verdict']>();
    try {
      for (const { title: name, finding } of checks) {
        progress.say(name);
        const found = await finding;
        if (name !== reachable) verdicts.add(found.verdict);
        if (found.verdict === 'failed') this.#failures += 1;
        this.#findings.push({ section: title, check: name, ...found });
        if (options.json !== true) progress.above(() => this.#print(name, found));
      }
    } finally {
      progress.end();
    }
    const isSeen = verdicts.has('ok') || verdicts.has('failed');
    this.#unseen = !isSeen && checks.some(({ isBlind }) => isBlind()) ? title : undefined;
  }

  /** @returns false if a check failed, or nothing could be seen of what was asked for */
  end(): boolean {
    const { terminal, options } = this.#session;
    const healthy = this.#failures === 0 && this.#unseen === undefined;
    if (options.json === true) terminal.printJson({ healthy, checks: this.#findings });
    if (this.#unseen !== undefined) terminal.note(`nothing of ${this.#unseen} could be seen`);
    return healthy;
  }

  #print(title: string, finding: Finding): void {
    const { terminal } = this.#session;
    const { columns } = terminal;
    const [mark, colour] = marks[finding.verdict];
    const indent = titleWidth + 4;
    const label = `  ${terminal.style(colour, mark)} ${title.padEnd(titleWidth)}`;
    const lines = labelledLines(label, finding.detail, { indent, columns });
    const fix = 'fix' in finding ? finding.fix : undefined;
    const fixLines = fix === undefined ? [] : wrapLines(`→ ${fix}`, indent, columns);
    terminal.print(...lines, ...fixLines);
  }
}
