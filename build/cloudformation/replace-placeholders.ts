import type { Parameters } from './parameters.ts';

/**
 * A value in which each placeholder is a reference to the parameter that it stands for. A text that
 * contains one is `Fn::Sub`, and a list of nothing but one is a parameter that is a list.
 */
export function replacePlaceholders(value: unknown, parameters: Parameters): unknown {
  const names = new Map(
    Object.entries(parameters).map(([name, { placeholder }]) => [placeholder, name]),
  );
  const lists = new Set(
    Object.entries(parameters).flatMap(([name, { definition }]) =>
      String(definition['Type']).startsWith('List<') ? [name] : [],
    ),
  );
  const replace = (one: unknown): unknown => {
    if (typeof one === 'number') return reference(names.get(one)) ?? one;
    if (typeof one === 'string') return reference(names.get(one)) ?? substitute(one, names);
    if (Array.isArray(one)) {
      const [first, ...rest] = one;
      const name = rest.length === 0 ? names.get(first) : undefined;
      return name !== undefined && lists.has(name) ? reference(name) : one.map(replace);
    }
    if (typeof one !== 'object' || one === null) return one;
    return Object.fromEntries(Object.entries(one).map(([key, inner]) => [key, replace(inner)]));
  };
  return replace(value);
}

function reference(name: string | undefined): object | undefined {
  return name === undefined ? undefined : { Ref: name };
}

function substitute(text: string, names: ReadonlyMap<string | number, string>): unknown {
  let result = text.replaceAll('${', '${!');
  let isChanged = false;
  for (const [placeholder, name] of names) {
    if (typeof placeholder !== 'string' || !result.includes(placeholder)) continue;
    result = result.replaceAll(placeholder, `\${${name}}`);
    isChanged = true;
  }
  return isChanged ? { 'Fn::Sub': result } : text;
}
