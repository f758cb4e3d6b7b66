import { lexer, type Token, type Tokens } from 'marked';
import type { Block, Inline, Runbook, Section } from '../console/data/runbook.ts';

/** The sections of a document by their anchors, as the console shows them. */
export function runbookOf(markdown: string): Runbook {
  const sections: Record<string, { title: string; blocks: Block[] }> = {};
  let current: { title: string; blocks: Block[] } | undefined;
  for (const token of lexer(markdown)) {
    if (token.type === 'heading') {
      current = { title: token['text'], blocks: [] };
      sections[anchorOf(token['text'])] = current;
    } else {
      current?.blocks.push(...blocksOf(token));
    }
  }
  const filled = Object.entries(sections).filter(([, { blocks }]) => blocks.length > 0);
  return Object.fromEntries(filled) satisfies Record<string, Section>;
}

function anchorOf(title: string): string {
  return title
    .toLowerCase()
    .replaceAll(/[^\w\- ]/g, '')
    .replaceAll(' ', '-');
}

function blocksOf(token: Token): readonly Block[] {
  switch (token.type) {
    case 'space':
      return [];
    case 'code':
      return [{ commands: token['text'] }];
    case 'paragraph':
    case 'text':
      return [{ paragraph: inlinesOf(token.tokens ?? []) }];
    case 'list': {
      const { items, ordered } = token as Tokens.List;
      return [{ list: items.map(({ tokens }) => tokens.flatMap(blocksOf)), ordered }];
    }
    case 'table': {
      const { header, rows } = token as Tokens.Table;
      const cells = (row: readonly Tokens.TableCell[]) => row.map((cell) => inlinesOf(cell.tokens));
      return [{ head: cells(header), rows: rows.map(cells) }];
    }
    default:
      throw new Error(`the console cannot show this part of the runbook: ${token.raw}`);
  }
}

function inlinesOf(tokens: readonly Token[]): readonly Inline[] {
  return tokens.map((token): Inline => {
    switch (token.type) {
      case 'codespan':
        return { code: token['text'] };
      case 'strong':
      case 'em':
        return { strong: inlinesOf(token.tokens ?? []) };
      case 'link': {
        const { tokens: parts, href } = token as Tokens.Link;
        return { link: inlinesOf(parts), to: href };
      }
      case 'text':
      case 'escape':
        return token['text'].replaceAll('\n', ' ');
      default:
        throw new Error(`the console cannot show this part of the runbook: ${token.raw}`);
    }
  });
}
