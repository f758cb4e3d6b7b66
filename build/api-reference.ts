/** Prints the reference of the public API, from the declarations that the package ships. */

import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Declaration, exportsOf, type Member } from './api-declarations.ts';
import type { Docstring } from './api-docstring.ts';

interface Part {
  readonly title: string;
  readonly module: string;
  readonly file: string;
}

const parts: readonly Part[] = [
  { title: 'Construct', module: 'ims-token-rotator', file: 'dist/infra/index.d.ts' },
  { title: 'Client', module: 'ims-token-rotator/client', file: 'dist/client/index.d.ts' },
];

const head = `# API

What the package exports. Made by \`npm run docs:api\` from the docstrings: change them, not this file. The
[reference](reference.md) explains how the parts work together.
`;

export function apiReference(): string {
  return [head, ...parts.map(partText)].join('\n');
}

function partText({ title, module, file }: Part): string {
  const root = fileURLToPath(new URL(`../${dirname(file)}`, import.meta.url));
  const declarations = withInterfaces(
    exportsOf('./index.d.ts', (name) => readFileSync(join(root, name), 'utf8')),
  );
  const links = declarations.map(({ name }) => `[${name}](#${name.toLowerCase()})`);
  const sections = declarations.map(sectionOf);
  return `## ${title}\n\nFrom \`${module}\`: ${links.join(', ')}.\n\n${sections.join('\n')}`;
}

/**
 * Classes whose members have the docstrings of the interface that they implement, `IName` for a
 * class `Name`, which is also named instead of an abstract class that is not exported.
 */
function withInterfaces(declarations: readonly Declaration[]): readonly Declaration[] {
  return declarations.map((declaration) => {
    const contract = declarations.find(({ name }) => name === `I${declaration.name}`);
    if (contract === undefined) return declaration;
    const members = declaration.members.map((member) => {
      const same = contract.members.find(({ name }) => name === member.name);
      return member.doc.text === '' && same !== undefined ? { ...member, doc: same.doc } : member;
    });
    const type = declaration.type.replace(`${declaration.name}Base`, contract.name);
    return { ...declaration, members, type };
  });
}

function sectionOf({ name, kind, type, members, doc }: Declaration): string {
  const blocks = [
    `### ${name}`,
    doc.text,
    kind === 'class' || kind === 'interface' ? parents(type) : '',
    code(kind === 'function' ? type : kind === 'type' ? `type ${name} = ${type}` : ''),
    ...(doc.tags.get('throws') ?? []).map((text) => `Throws ${oneLine(text)}.`),
    ...(doc.tags.get('example') ?? []).map(code),
    ...members
      .filter(({ kind: each }) => each === 'constructor')
      .map((each) => code(`new ${name}${each.type.replace('constructor', '')}`)),
    propertyTable(
      name,
      members.filter(({ kind: each }) => each === 'property'),
    ),
    methodTable(
      name,
      members.filter(({ kind: each }) => each === 'method'),
    ),
  ];
  return `${blocks.filter((block) => block !== '').join('\n\n')}\n`;
}

function parents(types: string): string {
  return types === ''
    ? ''
    : `Extends ${types
        .split(', ')
        .map((type) => `\`${type}\``)
        .join(', ')}.`;
}

function propertyTable(owner: string, members: readonly Member[]): string {
  const rows = members.map(({ name, isStatic, isOptional, type, doc }) => [
    `\`${isStatic ? `${owner}.` : ''}${name}${isOptional ? '?' : ''}\``,
    `\`${type}\``,
    doc.text,
    defaultOf(doc),
  ]);
  if (rows.every(([, , , standard]) => standard === '')) {
    return table(
      ['property', 'type', 'meaning'],
      rows.map((row) => row.slice(0, 3)),
    );
  }
  return table(['property', 'type', 'meaning', 'default'], rows);
}

function methodTable(owner: string, members: readonly Member[]): string {
  const rows = members.map(({ isStatic, type, doc }) => [
    `\`${isStatic ? `${owner}.` : ''}${type}\``,
    [
      doc.text,
      ...(doc.tags.get('param') ?? []).map(
        (text) => `${oneLine(text).replace(/^(\w+)/, '`$1`:')}.`,
      ),
      ...(doc.tags.get('throws') ?? []).map((text) => `Throws ${oneLine(text)}.`),
    ].join(' '),
  ]);
  return table(['method', 'does'], rows);
}

function table(titles: readonly string[], rows: readonly (readonly string[])[]): string {
  if (rows.length === 0) return '';
  const all = [titles, titles.map(() => '---'), ...rows];
  return all.map((cells) => `| ${cells.map(cell).join(' | ')} |`).join('\n');
}

function cell(text: string): string {
  return oneLine(text).replaceAll('|', String.raw`\|`);
}

/** A sentence of the default is introduced by a hyphen; a single value is code. */
function defaultOf(doc: Docstring): string {
  const [text = ''] = doc.tags.get('default') ?? [];
  const line = oneLine(text);
  if (line.startsWith('- ')) return line.slice(2);
  return /^(\[.*\]|[\w.()]+)$/.test(line) ? `\`${line}\`` : line;
}

function code(text: string): string {
  return text === '' ? '' : `\`\`\`ts\n${text}\n\`\`\``;
}

function oneLine(text: string): string {
  return text.replaceAll(/\s+/g, ' ').trim();
}

if (import.meta.main) process.stdout.write(apiReference());
