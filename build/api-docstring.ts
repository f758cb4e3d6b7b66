/** A docstring in parts. */
export interface Docstring {
  readonly text: string;
  /** The texts of its tags, by name. */
  readonly tags: ReadonlyMap<string, readonly string[]>;
}

const tag = /(?:^|\s)@(default|example|param|returns|throws)\b/;

/** Takes the inside of a block comment: `*`, then lines that begin with ` * `. */
export function parseDocstring(comment: string): Docstring {
  const lines = comment
    .slice(1)
    .replaceAll(/^ *\* ?/gm, '')
    .trim();
  const [text = '', ...rest] = lines.split(tag);
  const tags = new Map<string, string[]>();
  for (let index = 0; index < rest.length; index += 2) {
    const [name = '', value = ''] = rest.slice(index, index + 2);
    tags.set(name, [...(tags.get(name) ?? []), value.trim()]);
  }
  return { text: text.trim(), tags };
}
