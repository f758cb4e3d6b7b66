import { epochSeconds, formatInstant } from '../../core/instant.ts';

interface Line {
  readonly at: number;
  readonly order: number;
  readonly text: string;
}

/** What happened, of which only the end is kept: for each credential, and for the world. */
export class History {
  readonly #lines = new Map<string, Line[]>();
  readonly #cut = new Set<string>();
  #order = 0;

  /** @param credential `''` for what concerns them all */
  tell(at: number, credential: string, text: string): void {
    const lines = this.#lines.get(credential) ?? [];
    this.#lines.set(credential, lines);
    this.#order += 1;
    lines.push({ at, order: this.#order, text });
    if (lines.length <= 2 * longest) return;
    lines.splice(0, longest);
    this.#cut.add(credential);
  }

  /**
   * The last lines about a credential, and what concerned all meanwhile, without what only repeats.
   *
   * @param credential undefined for the last lines about any
   */
  about(credential: string | undefined): readonly string[] {
    const isOfOne = credential !== undefined;
    const own = isOfOne ? (this.#lines.get(credential) ?? []) : [...this.#lines.values()].flat();
    const since = own[0]?.order ?? 0;
    const all = isOfOne ? (this.#lines.get('') ?? []).filter(({ order }) => order >= since) : [];
    const told = [...own, ...all].toSorted((one, other) => one.order - other.order);
    const lines = withoutRepeats(told);
    const isCut =
      lines.length > shown ||
      (isOfOne ? [credential, ''] : [...this.#cut]).some((one) => this.#cut.has(one));
    return [
      '#N is an invocation; the times in tags and log lines are by the clock of its sandbox',
      ...(isCut ? ['… (earlier lines are left out)'] : []),
      ...lines.slice(-shown),
    ];
  }
}

/** Apart from instants, numbers and ids. */
export function kindOf(text: string): string {
  return text.replaceAll(/(?:\b[\w-]*\d[\w:.-]*\s?)+/g, '…');
}

/** Of lines of the same kinds that follow upon each other, for example renewals, the first alone. */
function withoutRepeats(lines: readonly Line[]): readonly string[] {
  const kinds = lines.map(({ text }) => kindOf(text));
  const kept: string[] = [];
  for (let index = 0; index < lines.length; ) {
    const { size, times } = repeatsAt(kinds, index);
    kept.push(...lines.slice(index, index + size).map(format));
    index += size * times;
    const last = lines[index - 1];
    if (times > 1 && last !== undefined) {
      kept.push(`… (the same ${times - 1} times more, until ${instantOf(last)})`);
    }
  }
  return kept;
}

/** How many lines repeat from there, and how many times they are there; one line once if none do. */
function repeatsAt(kinds: readonly string[], from: number): { size: number; times: number } {
  for (let size = 1; size <= longestBlock; size += 1) {
    const block = kinds.slice(from, from + size).join('\n');
    let times = 1;
    const next = (): string =>
      kinds.slice(from + times * size, from + (times + 1) * size).join('\n');
    while (next() === block) times += 1;
    if (times >= fewestRepeats) return { size, times };
  }
  return { size: 1, times: 1 };
}

function format(line: Line): string {
  return `${instantOf(line)}  ${line.text}`;
}

function instantOf({ at }: Line): string {
  return formatInstant(epochSeconds(at));
}

const longest = 600;
const shown = 60;
const longestBlock = 8;
const fewestRepeats = 3;
