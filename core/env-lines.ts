/** The variables of a text, in order, and whether it has other lines too. */
export interface EnvLines {
  readonly variables: readonly { readonly name: string; readonly value: string }[];
  readonly hasOtherLines: boolean;
}

const assignment = /^[ \t]*(?:export[ \t]+|set[ \t]+|\$env:)?([A-Za-z_][\w.-]*)[ \t]*=[ \t]*(.*)$/i;
const skipped = /^\s*(?:$|#|;|\/\/|\[[\w .-]*\]\s*$)/;

/**
 * Reads the lines of an `.env` file: with or without `export` (or the words for it in PowerShell and
 * cmd), with any quotes, with comments and sections. A quoted value may go on over several lines.
 */
export function readEnvLines(text: string): EnvLines {
  const lines = text.split(/\r\n?|\n/);
  const variables: { name: string; value: string }[] = [];
  let hasOtherLines = false;
  let last = -1;
  for (const [index, line] of lines.entries()) {
    if (index <= last) continue;
    const [, name, start = ''] = assignment.exec(line) ?? [];
    if (name === undefined) hasOtherLines ||= !skipped.test(line);
    else {
      const { value, more } = valueFrom(start, lines.slice(index + 1, index + mostLines));
      variables.push({ name, value });
      last = index + more;
    }
  }
  return { variables, hasOtherLines };
}

const mostLines = 200;

/** The value that begins so, and how many lines it goes on for. */
function valueFrom(start: string, lines: readonly string[]) {
  const [quote] = /^["'`]/.exec(start) ?? [];
  if (quote === undefined) return { value: start.replace(/(?<!\S)#.*$/, '').trim(), more: 0 };
  const value: string[] = [];
  for (const [more, line] of [start.slice(1), ...lines].entries()) {
    const end = closing[quote]?.exec(line)?.index;
    value.push(line.slice(0, end));
    if (end !== undefined) return { value: unescaped(value.join('\n'), quote), more };
  }
  return { value: start.trim(), more: 0 };
}

// Only a comment may follow the closing quote: JSON in double quotes has more of them inside.
const closing: Readonly<Record<string, RegExp>> = {
  '"': /(?<!\\)"[\s;]*(?:#.*)?$/,
  "'": /'[\s;]*(?:#.*)?$/,
  '`': /`[\s;]*(?:#.*)?$/,
};

function unescaped(value: string, quote: string): string {
  if (quote !== '"') return value;
  const escapes: Readonly<Record<string, string>> = { n: '\n', r: '\r', t: '\t' };
  return value.replaceAll(/\\(["\\nrt])/g, (_, one: string) => escapes[one] ?? one);
}
