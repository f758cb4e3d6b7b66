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
