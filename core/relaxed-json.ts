const token =
  /\s+|\/\/[^\n]*|#[^\n]*|\/\*[\s\S]*?\*\/|"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'|[\w$.+-]+|[{}[\]:,]/y;
const ignored = /^(?:\s|\/\/|#|\/\*)/;

/**
 * Parses JSON, also as people and Adobe's CLI write it: names without quotes, single quotes,
 * comments, commas at the end. Undefined for any other text.
 */
export function parseRelaxedJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return parseStrict(text);
  }
}

function parseStrict(text: string): unknown {
  const tokens = tokensOf(text);
  try {
    return JSON.parse(tokens.map((one, index) => strict(one, tokens[index + 1])).join(' '));
  } catch {
    return undefined;
  }
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
