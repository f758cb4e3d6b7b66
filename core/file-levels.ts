import { type NamedRole, roleOf, wordsOf } from './field-names.ts';
import { parseRelaxedJson } from './relaxed-json.ts';

/** A named value, wherever a file keeps it. */
export interface Field {
  readonly key: string;
  /** The words of the key in lower case, with a space between them. */
  readonly words: string;
  /** The words as one. */
  readonly word: string;
  /** The field's place in the file, for messages. */
  readonly path: string;
  readonly value: unknown;
  /** The value is an object or a list of objects, or the JSON text of one. */
  readonly holdsObjects: boolean;
  /** The value is an object, or the JSON text of one. */
  readonly isObject: boolean;
  readonly named: NamedRole | undefined;
}

/** An object of a file, or a list of named values that stands for one. */
export interface Level {
  /** The keys on the way to it; list positions are left out. */
  readonly keys: readonly string[];
  readonly path: string;
  readonly fields: readonly Field[];
  /** True for a list of `{key, value}`, which is how Postman and others write an object. */
  readonly isList: boolean;
  readonly parent: Level | undefined;
}

// Deeper than any file of Adobe's tools, also with JSON text within strings.
const deepest = 12;

/** The objects of a parsed file, each after those around it. JSON text in a string counts too. */
export function levelsOf(root: unknown): readonly Level[] {
  const levels: Level[] = [];
  const visit = (value: unknown, place: Place, depth: number): void => {
    if (depth > deepest) return;
    const inner = unwrapped(value);
    const pairs = pairsOf(inner);
    if (isObject(inner) || pairs !== undefined) {
      const entries = pairs ?? Object.entries(inner as object);
      const level = levelOf(entries, { ...place, isList: pairs !== undefined });
      levels.push(level);
      for (const { key, path, value: next } of level.fields) {
        visit(next, { keys: [...place.keys, key], path, parent: level }, depth + 1);
      }
    } else if (Array.isArray(inner)) {
      for (const [index, item] of inner.entries()) {
        visit(item, { ...place, path: `${place.path}[${index}]` }, depth + 1);
      }
    }
  };
  visit(root, { keys: [], path: '', parent: undefined }, 0);
  return levels;
}

type Place = Pick<Level, 'keys' | 'path' | 'parent'>;

function levelOf(
  entries: readonly (readonly [string, unknown])[],
  place: Place & Pick<Level, 'isList'>,
): Level {
  // The entries of a list have no path that a reader would recognise.
  const start = place.isList || place.path === '' ? '' : `${place.path}.`;
  const fields = entries
    .filter(([, value]) => value !== undefined && value !== null)
    .map(([key, value]) => {
      const words = wordsOf(key);
      const named = roleOf(words);
      const given = named === undefined ? value : described(value);
      const inner = unwrapped(given);
      const holdsObjects = isObject(inner) || (Array.isArray(inner) && inner.some(isObject));
      const path = `${start}${key}`;
      return {
        key,
        words: words.join(' '),
        word: words.join(''),
        path,
        value:
          named !== undefined && isDeep(inner) ? null : typeof inner === 'string' ? inner : given,
        isObject: isObject(inner),
        holdsObjects,
        named,
      };
    });
  return { ...place, fields };
}

/** Comparing such a value, or making text of it, would overflow the stack. */
function isDeep(value: unknown, depth = 0): boolean {
  if (typeof value !== 'object' || value === null) return false;
  return depth > deepest || Object.values(value).some((inner) => isDeep(inner, depth + 1));
}

/** Terraform and others put a value into an object that describes it. */
function described(value: unknown): unknown {
  const isDescribed = isObject(value) && Object.hasOwn(value, 'value') && !isObject(value['value']);
  return isDescribed ? value['value'] : value;
}

const mostWraps = 4;

/** A value, or what the JSON text in it says, which may be JSON text again. */
export function unwrapped(value: unknown): unknown {
  let inner = value;
  for (let wraps = 0; wraps < mostWraps; wraps += 1) {
    if (typeof inner !== 'string' || !/^\s*["[{]/.test(inner)) break;
    const parsed = parseRelaxedJson(inner);
    if (parsed === undefined) break;
    inner = parsed;
  }
  return inner;
}

/** The names and values of `[{key, value}]` and the like, without those that are disabled. */
function pairsOf(value: unknown): readonly (readonly [string, unknown])[] | undefined {
  if (!Array.isArray(value) || value.length === 0) return undefined;
  const pairs = value.map(pairOf);
  return pairs.every((pair) => pair !== undefined)
    ? pairs.filter(({ enabled }) => enabled).map(({ key, value: one }) => [key, one] as const)
    : undefined;
}

/** A `{key, value}` of Postman, CI systems, password managers or AWS, or a `NAME=value` of Docker. */
function pairOf(item: unknown) {
  if (typeof item === 'string') {
    const [, key, value] = /^([A-Za-z_]\w*)=([\s\S]*)$/.exec(item) ?? [];
    return key === undefined ? undefined : { key, value, enabled: true };
  }
  if (!isObject(item)) return undefined;
  const key = item['key'] ?? item['name'] ?? item['Name'] ?? item['label'];
  const name = Object.hasOwn(item, 'value') ? 'value' : 'Value';
  if (typeof key !== 'string' || !Object.hasOwn(item, name)) return undefined;
  return { key, value: item[name], enabled: item['enabled'] !== false };
}

export type JsonObject = Readonly<Record<string, unknown>>;

export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
