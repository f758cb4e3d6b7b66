import { signal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { hashOf } from '../data/route.ts';
import {
  type About,
  type Block,
  filledIn,
  type Inline,
  type Runbook,
  type Section,
} from '../data/runbook.ts';
import { ask } from '../data/server.ts';
import { fleetState } from '../data/store.ts';
import type { Known } from '../messages.ts';
import { Asked } from './parts.tsx';

const runbook = signal<Known<Runbook> | undefined>(undefined);

async function load(): Promise<void> {
  const before = runbook.value;
  if (before === undefined || 'unknown' in before) runbook.value = await ask('/runbook.json');
}

/** A section of the runbook, in place. */
export function RunbookSection({
  anchor,
  about,
  isOpen = false,
}: {
  readonly anchor: string;
  /** The credential that it is about. */
  readonly about: About;
  readonly isOpen?: boolean | undefined;
}) {
  useEffect(() => void load(), []);
  return (
    <Asked answer={runbook.value} what="The runbook">
      {(sections) => {
        const section = Object.hasOwn(sections, anchor) ? sections[anchor] : undefined;
        if (section === undefined) return <p class="quiet">The runbook has no such section.</p>;
        return (
          <details class="runbook" open={isOpen}>
            <summary>Runbook: {section.title}</summary>
            <Blocks blocks={filledIn(section.blocks, { ...knownOfRotator(), ...about })} />
          </details>
        );
      }}
    </Asked>
  );
}

function knownOfRotator(): About {
  const { rotator, functionName } = fleetState.value.fleet ?? {};
  return { rotator, functionName };
}

/** A section as a page of its own. */
export function RunbookText({ anchor }: { readonly anchor: string }) {
  useEffect(() => void load(), []);
  return (
    <Asked answer={runbook.value} what="The runbook">
      {(sections) => {
        const section: Section | undefined = Object.hasOwn(sections, anchor)
          ? sections[anchor]
          : undefined;
        if (section === undefined) return <p class="quiet">The runbook has no such section.</p>;
        return (
          <section class="card runbook">
            <h2>{section.title}</h2>
            {/\b(NAME|LEFT)\b/.test(JSON.stringify(section.blocks)) && (
              <p class="quiet">
                NAME is a credential, and LEFT how long its token lasts: the{' '}
                <a href={hashOf({ page: 'fleet' })}>fleet</a> has both.
              </p>
            )}
            <Blocks blocks={filledIn(section.blocks, knownOfRotator())} />
          </section>
        );
      }}
    </Asked>
  );
}

function Blocks({ blocks }: { readonly blocks: readonly Block[] }) {
  return (
    <>
      {blocks.map((block, index) => (
        <OneBlock key={index} block={block} />
      ))}
    </>
  );
}

function OneBlock({ block }: { readonly block: Block }) {
  if ('paragraph' in block) {
    return (
      <p>
        <Inlines parts={block.paragraph} />
      </p>
    );
  }
  if ('commands' in block) {
    return (
      <pre tabIndex={0}>
        <code>{block.commands}</code>
      </pre>
    );
  }
  if ('rows' in block) return <Table block={block} />;
  const List = block.ordered ? 'ol' : 'ul';
  return (
    <List>
      {block.list.map((item, index) => (
        <li key={index}>
          <Blocks blocks={item} />
        </li>
      ))}
    </List>
  );
}

function Table({ block: { head, rows } }: { readonly block: Extract<Block, { rows: unknown }> }) {
  return (
    <div class="scroll" tabIndex={0} role="region" aria-label="Table">
      <table>
        <thead>
          <tr>
            {head.map((cell, index) => (
              <th key={index} scope="col">
                <Inlines parts={cell} />
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row, index) => (
            <tr key={index}>
              {row.map((cell, column) => (
                <td key={column}>
                  <Inlines parts={cell} />
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function Inlines({ parts }: { readonly parts: readonly Inline[] }) {
  return (
    <>
      {parts.map((part, index) => (
        <OneInline key={index} part={part} />
      ))}
    </>
  );
}

function OneInline({ part }: { readonly part: Inline }) {
  if (typeof part === 'string') return <>{part}</>;
  if ('code' in part) return <code>{part.code}</code>;
  if ('strong' in part) {
    return (
      <strong>
        <Inlines parts={part.strong} />
      </strong>
    );
  }
  const text = <Inlines parts={part.link} />;
  if (part.to.startsWith('#')) {
    return <a href={hashOf({ page: 'runbook', anchor: part.to.slice(1) })}>{text}</a>;
  }
  if (part.to.startsWith('https://')) {
    return (
      <a href={part.to} rel="noreferrer" target="_blank">
        {text}
      </a>
    );
  }
  // Another document of the project, which the console does not serve.
  return <>{text}</>;
}
