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

/** What takes the place of NAME, ROTATOR and LEFT. */
export interface About {
  readonly name: string;
  readonly rotator?: string | undefined;
  /** How long the token lasts. */
  readonly left: string;
}

/** A section for one credential: its commands are ready to be copied, and its time is known. */
export function filledIn(blocks: readonly Block[], about: About): readonly Block[] {
  const { name, rotator, left } = about;
  const replaced = (text: string): string =>
    text.replaceAll(/\bNAME\b/g, () => name).replaceAll(/\bROTATOR\b/g, () => rotator ?? 'ROTATOR');
  return blocks.map((block): Block => {
    if ('commands' in block) return { commands: replaced(block.commands) };
    if ('list' in block) return { ...block, list: block.list.map((item) => filledIn(item, about)) };
    if ('paragraph' in block && isTime(block.paragraph)) {
      const paragraph = block.paragraph.map((part) =>
        typeof part === 'object' && 'code' in part && part.code === 'LEFT' ? left : part,
      );
      return { paragraph };
    }
    return block;
  });
}

function isTime([first]: readonly Inline[]): boolean {
  return typeof first === 'object' && 'strong' in first && first.strong[0] === 'Time:';
}
