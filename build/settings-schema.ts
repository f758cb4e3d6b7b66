import { readFile } from 'node:fs/promises';
import { type JsonSchema, toJsonSchema } from '@valibot/to-json-schema';
import { settingsDefinition } from '../infra/settings-definition.ts';

const settings = 'ImsTokenRotatorSettings';

/** The text of the interfaces that describe the settings. */
export async function settingsSource(): Promise<string> {
  const files = ['ims-token-rotator-settings.ts', 'ims-token-rotator-credential-settings.ts'];
  const texts = files.map((file) => readFile(new URL(`../infra/${file}`, import.meta.url), 'utf8'));
  return (await Promise.all(texts)).join('\n');
}

/**
 * The JSON Schema of the settings, made of the definition that parses them. It does not know of
 * conflicts between settings, which only the parser reports.
 *
 * @param source what `settingsSource` reads, which has the descriptions
 * @throws Error if a setting has no description, or there is a description of no setting
 */
export function settingsSchema(source: string): JsonSchema {
  const schema = toJsonSchema(settingsDefinition, {
    typeMode: 'output',
    ignoreActions: ['check'],
  });
  const { $schema: reference, ...properties } = schema.properties ?? {};
  describe({ ...schema, properties }, settings, interfacesOf(source));
  return {
    ...schema,
    title: 'Settings of the IMS token rotator',
    properties: {
      $schema: { ...asObject(reference), description: 'The address of this schema, for editors.' },
      ...properties,
    },
  };
}

interface Member {
  readonly description: string;
  /** The interface of the settings in it, if it is an object. */
  readonly nested: string | undefined;
}

type Interfaces = ReadonlyMap<string, ReadonlyMap<string, Member>>;

function describe({ properties = {} }: JsonSchema, name: string, interfaces: Interfaces): void {
  const members = interfaces.get(name) ?? new Map<string, Member>();
  const unknown = [...members.keys()].filter((key) => !Object.hasOwn(properties, key));
  if (unknown.length > 0) throw new Error(`${name} has no such settings: ${unknown.join(', ')}`);
  for (const [key, property] of Object.entries(properties)) {
    const member = members.get(key);
    if (member === undefined) throw new Error(`${name} does not describe the setting ${key}`);
    const schema = asObject(property);
    schema.description = member.description;
    if (member.nested === undefined) continue;
    const isRecord = schema.properties === undefined;
    describe(isRecord ? asObject(schema.additionalProperties) : schema, member.nested, interfaces);
  }
}

function asObject(schema: JsonSchema | boolean | undefined): JsonSchema {
  if (typeof schema !== 'object') throw new Error('a setting has no schema');
  return schema;
}

function interfacesOf(source: string): Interfaces {
  return new Map(
    [...source.matchAll(/^export interface (\w+) \{\n(.*?)^\}/gms)].map(
      ([, name = '', body = '']) => [
        name,
        new Map(
          [...body.matchAll(/\/\*\*(.*?)\*\/\s+readonly (\w+)\??:(.*?);$/gms)].map(
            ([, comment = '', key = '', type = '']) => [
              key,
              { description: descriptionOf(comment), nested: /ImsTokenRotator\w+/.exec(type)?.[0] },
            ],
          ),
        ),
      ],
    ),
  );
}

function descriptionOf(comment: string): string {
  const text = comment.replaceAll(/(?:\s*\n[ \t]*\*?[ \t]*)+/g, ' ').trim();
  const [summary = '', byDefault] = text.split(/ ?@default (?:- )?/);
  return byDefault === undefined ? summary : `${summary} Default: ${byDefault}.`;
}
