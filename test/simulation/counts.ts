/** How often each thing occurred, by section and name. */
export class Counts {
  readonly #sections = new Map<string, Map<string, number>>();

  add(section: string, name: string, by = 1): void {
    const names = this.section(section);
    names.set(name, (names.get(name) ?? 0) + by);
  }

  section(section: string): Map<string, number> {
    const names = this.#sections.get(section) ?? new Map<string, number>();
    this.#sections.set(section, names);
    return names;
  }

  of(section: string, name: string): number {
    return this.#sections.get(section)?.get(name) ?? 0;
  }

  merge(other: Counts): void {
    for (const [section, names] of other.#sections) {
      for (const [name, count] of names) this.add(section, name, count);
    }
  }

  static from(json: Record<string, Record<string, number>>): Counts {
    const counts = new Counts();
    for (const [section, names] of Object.entries(json)) {
      for (const [name, count] of Object.entries(names)) counts.add(section, name, count);
    }
    return counts;
  }

  toJSON(): Record<string, Record<string, number>> {
    return Object.fromEntries(
      [...this.#sections].map(([section, names]) => [section, Object.fromEntries(names)]),
    );
  }
}
