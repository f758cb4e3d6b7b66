const token =
  /\s+|\/\/[^\n]*|#[^\n]*|\/\*[\s\S]*?\*\/|"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'|[\w$.+-]+|[{}[\]:,]/y;
const ignored = /^(?:\s|\/\/|#|\/\*)/;

/**
 * Parses JSON, also as people and Adobe's CLI write it: names without quotes, single quotes,
 * comments, commas at the end. Undefined for any other text. An object that has a name twice becomes
 * a list of `{key, value}`, because JavaScript's parser would silently keep the last value only.
 */
export function parseRelaxedJson(text: string): unknown {
  const parsed = parseJson(text);
  // No object has a name twice without a second colon.
  if (parsed !== undefined && text.indexOf(':') === text.lastIndexOf(':')) return parsed;
  const tokens = tokensOf(text);
  const strictTokens = tokens.map((one, index) => strict(one, tokens[index + 1]));
  return parseJson(keepRepeated(strictTokens).join(' '));
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** An object or a list whose end has not come yet. */
interface Open {
  readonly start: number;
  readonly names: { readonly at: number; readonly name: unknown }[];
  /** The places of the commas. */
  readonly commas: number[];
}

/** The tokens, with each object that has a name twice as a list of its names and values. */
function keepRepeated(tokens: readonly string[]): readonly string[] {
  const kept = [...tokens];
  const opened: Open[] = [];
  for (const [index, one] of tokens.entries()) {
    const open = opened.at(-1);
    if (one === '{' || one === '[') opened.push({ start: index, names: [], commas: [] });
    else if (one === ',') open?.commas.push(index);
    else if (one.startsWith('"') && tokens[index + 1] === ':') {
      // Escapes can write one name in several ways.
      open?.names.push({ at: index, name: parseJson(one) });
    } else if (one === '}' || one === ']') {
      opened.pop();
      if (open !== undefined && hasRepeated(open)) toList(kept, open, index);
    }
  }
  return kept;
}

function hasRepeated({ names }: Open): boolean {
  return new Set(names.map(({ name }) => name)).size < names.length;
}

function toList(tokens: string[], { start, names, commas }: Open, end: number): void {
  // Brackets that do not match stay, so that the text is still invalid JSON.
  if (tokens[start] !== '{' || tokens[end] !== '}') return;
  tokens[start] = '[';
  for (const { at } of names) tokens[at] = `{"key":${tokens[at]},"value"`;
  for (const at of commas) tokens[at] = '},';
  tokens[end] = '}]';
}

function tokensOf(text: string): readonly string[] {
  const tokens: string[] = [];
  token.lastIndex = 0;
  for (let end = 0; end < text.length; end = token.lastIndex) {
    const [found] = token.exec(text) ?? [];
    if (found === undefined) return [];
    if (!ignored.test(found)) tokens.push(found);
  }
  return tokens;
}

function strict(one: string, next: string | undefined): string {
  if (one === ',' && (next === '}' || next === ']')) return '';
  if (one.startsWith("'")) {
    const inner = one.slice(1, -1).replaceAll("\\'", "'");
    return `"${inner.replaceAll(/(\\.)|"/g, (_, escaped) => escaped ?? '\\"')}"`;
  }
  return next === ':' && /^[\w$]/.test(one) ? `"${one}"` : one;
}
