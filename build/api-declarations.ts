import { parse } from '@babel/parser';
import { type Docstring, parseDocstring } from './api-docstring.ts';

export interface Member {
  readonly name: string;
  readonly kind: 'constructor' | 'method' | 'property';
  readonly isStatic: boolean;
  readonly isOptional: boolean;
  /** A property's type, or a method as it is called. */
  readonly type: string;
  readonly doc: Docstring;
}

export interface Declaration {
  readonly name: string;
  readonly kind: 'class' | 'function' | 'interface' | 'type';
  /** The signature of a function, the meaning of a type, or the parents of a class or interface. */
  readonly type: string;
  readonly members: readonly Member[];
  readonly doc: Docstring;
}

type Statement = ReturnType<typeof parse>['program']['body'][number];
type Exported = Extract<Statement, { type: 'ExportNamedDeclaration' }>;
type Extent = Pick<Statement, 'start' | 'end'>;

/** The exports of a module, in order. `read` returns the text of a declaration file. */
export function exportsOf(file: string, read: (file: string) => string): readonly Declaration[] {
  const text = read(file);
  return exportedIn(text).flatMap((statement) => {
    if (statement.source == null) return declarationOf(statement, text) ?? [];
    const module = exportsOf(statement.source.value.replace(/js$/, 'd.ts'), read);
    return statement.specifiers.map(({ exported }) => {
      const name = exported.type === 'Identifier' ? exported.name : exported.value;
      const found = module.find((declaration) => declaration.name === name);
      if (found === undefined) throw new Error(`${file} exports ${name}, which is not declared`);
      return found;
    });
  });
}

function exportedIn(text: string): readonly Exported[] {
  const { program } = parse(text, {
    sourceType: 'module',
    plugins: [['typescript', { dts: true }]],
  });
  return program.body.filter((statement) => statement.type === 'ExportNamedDeclaration');
}

function declarationOf(statement: Exported, text: string): Declaration | undefined {
  const { declaration } = statement;
  const doc = docOf(statement);
  switch (declaration?.type) {
    case 'ClassDeclaration':
      return {
        name: declaration.id?.name ?? '',
        kind: 'class',
        type: heritage(text, declaration.superClass, ...(declaration.implements ?? [])),
        members: declaration.body.body.flatMap((member) => memberOf(member, text) ?? []),
        doc,
      };
    case 'TSInterfaceDeclaration':
      return {
        name: declaration.id.name,
        kind: 'interface',
        type: heritage(text, ...(declaration.extends ?? [])),
        members: declaration.body.body.flatMap((member) => memberOf(member, text) ?? []),
        doc,
      };
    case 'TSDeclareFunction': {
      const type = sourceOf(declaration, text).replace(/^(export |declare |function )*/, '');
      return { name: declaration.id?.name ?? '', kind: 'function', type, members: [], doc };
    }
    case 'TSTypeAliasDeclaration': {
      const type = listed(sourceOf(declaration.typeAnnotation, text), text);
      return { name: declaration.id.name, kind: 'type', type, members: [], doc };
    }
    default:
      return undefined;
  }
}

function heritage(text: string, ...parents: readonly (Extent | null | undefined)[]): string {
  return parents.flatMap((parent) => (parent == null ? [] : sourceOf(parent, text))).join(', ');
}

type ClassMember = Extract<
  NonNullable<Exported['declaration']>,
  { type: 'ClassDeclaration' }
>['body']['body'][number];
type InterfaceMember = Extract<
  NonNullable<Exported['declaration']>,
  { type: 'TSInterfaceDeclaration' }
>['body']['body'][number];

function memberOf(member: ClassMember | InterfaceMember, text: string): Member | undefined {
  if ('accessibility' in member && member.accessibility === 'private') return undefined;
  switch (member.type) {
    case 'ClassProperty':
    case 'TSPropertySignature':
      return {
        name: nameOf(member.key),
        kind: 'property',
        isStatic: member.type === 'ClassProperty' && member.static,
        isOptional: member.optional === true,
        type: typeOf(member.typeAnnotation, text),
        doc: docOf(member),
      };
    case 'TSDeclareMethod':
    case 'TSMethodSignature': {
      const isAccessor = member.kind === 'get';
      const returned =
        member.type === 'TSDeclareMethod' ? member.returnType : member.typeAnnotation;
      return {
        name: nameOf(member.key),
        kind: isAccessor ? 'property' : member.kind === 'constructor' ? 'constructor' : 'method',
        isStatic: member.type === 'TSDeclareMethod' && member.static === true,
        isOptional: false,
        type: isAccessor
          ? typeOf(returned, text)
          : sourceOf(member, text).replace(/^((static|abstract) )*/, ''),
        doc: docOf(member),
      };
    }
    default:
      return undefined;
  }
}

function typeOf(annotation: Extent | null | undefined, text: string): string {
  const type = annotation == null ? '' : sourceOf(annotation, text);
  return type.replace(/^: /, '').replace(/ \| undefined$/, '');
}

function nameOf(key: { readonly type: string; readonly name?: unknown }): string {
  return typeof key.name === 'string' ? key.name : '';
}

function docOf({ leadingComments }: Pick<Statement, 'leadingComments'>): Docstring {
  const comment = leadingComments?.at(-1)?.value ?? '*';
  return parseDocstring(comment);
}

function sourceOf({ start, end }: Extent, text: string): string {
  return text
    .slice(start ?? 0, end ?? 0)
    .replace(/;$/, '')
    .replaceAll(/\s+/g, ' ');
}

/** The members of a list that is a constant in the same file, instead of a reference to it. */
function listed(type: string, text: string): string {
  const [, list] = /^\(typeof (\w+)\)\[number\]$/.exec(type) ?? [];
  if (list === undefined) return type;
  const [, items = ''] = new RegExp(`const ${list}: readonly \\[(.*?)\\]`, 's').exec(text) ?? [];
  return items.trim().split(/,\s*/).join(' | ');
}
