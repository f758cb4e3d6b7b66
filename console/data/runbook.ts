/** The runbook as `build/console.ts` writes it: texts and what they are, never markup. */

export type Inline =
  | string
  | { readonly code: string }
  | { readonly strong: readonly Inline[] }
  | { readonly link: readonly Inline[]; readonly to: string };

type Cell = readonly Inline[];

export type Block =
  | { readonly paragraph: readonly Inline[] }
  | { readonly commands: string }
  | { readonly head: readonly Cell[]; readonly rows: readonly (readonly Cell[])[] }
  | { readonly list: readonly (readonly Block[])[]; readonly ordered: boolean };

export interface Section {
  readonly title: string;
  readonly blocks: readonly Block[];
}

/** The sections by their anchors. */
export type Runbook = Readonly<Record<string, Section>>;

/** The values for NAME, ROTATOR, $FUNCTION and LEFT. A placeholder without one stays as it is. */
export interface About {
  readonly name?: string | undefined;
  readonly rotator?: string | undefined;
  readonly functionName?: string | undefined;
  /** How long the token lasts. */
  readonly left?: string | undefined;
}

/** A section whose commands are ready to be copied, and whose time is known. */
export function filledIn(blocks: readonly Block[], about: About): readonly Block[] {
  const { name = 'NAME', rotator = 'ROTATOR', functionName = '$FUNCTION', left } = about;
  const replaced = (text: string): string =>
    text
      .replaceAll(/\bNAME\b/g, () => name)
      .replaceAll(/\bROTATOR\b/g, () => rotator)
      .replaceAll(/\$FUNCTION\b/g, () => functionName);
  return blocks.map((block): Block => {
    if ('commands' in block) return { commands: replaced(block.commands) };
    if ('list' in block) return { ...block, list: block.list.map((item) => filledIn(item, about)) };
    if ('paragraph' in block && isTime(block.paragraph)) {
      const paragraph = block.paragraph.map((part) =>
        typeof part === 'object' && 'code' in part && part.code === 'LEFT' ? (left ?? part) : part,
      );
      return { paragraph };
    }
    return block;
  });
}

function isTime([first]: readonly Inline[]): boolean {
  return typeof first === 'object' && 'strong' in first && first.strong[0] === 'Time:';
}
