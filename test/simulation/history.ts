import { epochSeconds, formatInstant } from '../../core/instant.ts';

/** What happened, of which only the end is kept: for each credential, and for the world. */
export class History {
  readonly #lines = new Map<string, { at: number; order: number; text: string }[]>();
  #order = 0;

  /** @param credential `''` for what concerns them all */
  tell(at: number, credential: string, text: string): void {
    const lines = this.#lines.get(credential) ?? [];
    this.#lines.set(credential, lines);
    this.#order += 1;
    lines.push({ at, order: this.#order, text });
    if (lines.length > 2 * longest) lines.splice(0, longest);
  }

  /** The last lines about a credential, and what concerned all meanwhile. */
  about(credential: string | undefined): readonly string[] {
    const own = (credential === undefined ? [] : (this.#lines.get(credential) ?? [])).slice(
      -longest,
    );
    const since = own[0]?.order ?? 0;
    const all = (this.#lines.get('') ?? []).filter(({ order }) => order >= since);
    return [...own, ...all]
      .toSorted((one, other) => one.order - other.order)
      .slice(-longest)
      .map(({ at, text }) => `${formatInstant(epochSeconds(at))}  ${text}`);
  }
}

const longest = 60;
