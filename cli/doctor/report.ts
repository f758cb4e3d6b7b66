import type { Session } from '../session.ts';
import { labelledLines, wrapLines } from '../view/table.ts';
import type { Check, Finding } from './check.ts';

const marks = {
  ok: ['✓', 'green'],
  failed: ['✗', 'red'],
  unknown: ['?', 'yellow'],
} as const;

const titleWidth = 17;

/** Prints each finding as it arrives, in the order of the checks. */
export class Report {
  readonly #session: Session;
  readonly #findings: object[] = [];
  failures = 0;

  constructor(session: Session) {
    this.#session = session;
  }

  async section(title: string, checks: readonly Check[]): Promise<void> {
    const { terminal, options } = this.#session;
    if (options.json !== true) terminal.print(terminal.style('bold', title));
    const progress = terminal.progress(title);
    try {
      for (const { title: name, finding } of checks) {
        progress.say(name);
        const found = await finding;
        if (found.verdict === 'failed') this.failures += 1;
        this.#findings.push({ section: title, check: name, ...found });
        if (options.json !== true) progress.above(() => this.#print(name, found));
      }
    } finally {
      progress.end();
    }
  }

  end(): void {
    const { terminal, options } = this.#session;
    if (options.json === true) {
      terminal.printJson({ healthy: this.failures === 0, checks: this.#findings });
    }
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
