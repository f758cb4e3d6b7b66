import { epochSeconds, formatInstant } from '../../core/instant.ts';

/** What happened, of which only the end is kept: for each credential, and for the world. */
export class History {
  readonly #lines = new Map<string, { at: number; order: number; text: string }[]>();
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

  /** The last lines about a credential, and what concerned all meanwhile. */
  about(credential: string | undefined): readonly string[] {
    const own = (credential === undefined ? [] : (this.#lines.get(credential) ?? [])).slice(
      -longest,
    );
    const since = own[0]?.order ?? 0;
    const all = (this.#lines.get('') ?? []).filter(({ order }) => order >= since);
    const lines = [...own, ...all].toSorted((one, other) => one.order - other.order);
    const isCut = lines.length > longest || own.length === longest || this.#cut.has('');
    return [
      '#N is an invocation; the times in tags and log lines are by the clock of its sandbox',
      ...(isCut ? ['… (earlier lines are left out)'] : []),
      ...lines.slice(-longest).map(({ at, text }) => `${formatInstant(epochSeconds(at))}  ${text}`),
    ];
  }
}

const longest = 60;
