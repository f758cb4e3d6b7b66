/** The variables of a text, in order, and whether it has other lines too. */
export interface EnvLines {
  readonly variables: readonly { readonly name: string; readonly value: string }[];
  readonly hasOtherLines: boolean;
}

const word = /(?:(?:export|const|let|var|set|env|declare +-x|typeset +-x|-)[ \t]+|\$env:)?/.source;
const assignment = new RegExp(
  `^[ \\t]*${word}(?:"([\\w.-]+)=(.*)"\\s*|([A-Za-z_][\\w.-]*)[ \\t]*=[ \\t]*(.*))$`,
  'i',
);
const skipped = /^\s*(?:$|#|;|\/\/|\[[\w .-]*\]\s*$)/;

/**
 * Reads the lines of an `.env` file: with or without `export` (or the words for it in PowerShell, cmd,
 * Docker and JavaScript), with any quotes, with comments and sections. A value in quotes, and a list
 * in brackets, may go on over several lines.
 */
export function readEnvLines(text: string): EnvLines {
  const lines = text.split(/\r\n?|\n/);
  const variables: { name: string; value: string }[] = [];
  let hasOtherLines = false;
  let last = -1;
  for (const [index, line] of lines.entries()) {
    if (index <= last) continue;
    const [, quoted, inside, plain, outside = ''] = assignment.exec(line) ?? [];
    const name = quoted ?? plain;
    const start = inside ?? outside;
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
  // Bash writes $'…' where it has to escape.
  const [opening = '', quote] = /^\$?(["'`])/.exec(start) ?? [];
  if (quote === undefined) return listFrom(start, lines) ?? { value: bare(start), more: 0 };
  const value: string[] = [];
  for (const [more, line] of [start.slice(opening.length), ...lines].entries()) {
    const end = closing[quote]?.exec(line)?.index;
    value.push(line.slice(0, end));
    if (end !== undefined) return { value: unescaped(value.join('\n'), opening), more };
  }
  return { value: start.trim(), more: 0 };
}

/** A value without quotes, and without a comment or the end of a statement behind it. */
function bare(text: string): string {
  return text
    .replace(/(?<!\S)#.*$/s, '')
    .trim()
    .replace(/;$/, '')
    .trim();
}

/** A list that goes on over several lines, as Terraform and TOML write it. */
function listFrom(start: string, lines: readonly string[]) {
  if (!/^\[(?!.*\])/.test(start)) return undefined;
  const isEnd = (line: string): boolean => /^[^[=]*\][\s;,]*(?:#.*)?$/s.test(line);
  // The next variable ends it, too.
  const end = lines.findIndex((line) => line.includes('=') || isEnd(line));
  if (!isEnd(lines[end] ?? '')) return undefined;
  return { value: [start, ...lines.slice(0, end + 1)].join('\n'), more: end + 1 };
}

// Only a comment may follow the closing quote: JSON in double quotes has more of them inside. A dot
// stands for every character: one that it stops at would be looked for from each quote anew.
const closing: Readonly<Record<string, RegExp>> = {
  '"': /(?<!\\)"[\s;]*(?:#.*)?$/s,
  "'": /'[\s;]*(?:#.*)?$/s,
  '`': /`[\s;]*(?:#.*)?$/s,
};

function unescaped(value: string, opening: string): string {
  if (opening === "'" || opening === '`') return value;
  const escapes: Readonly<Record<string, string>> = { n: '\n', r: '\r', t: '\t' };
  return value.replaceAll(
    opening === '"' ? /\\(["\\$`nrt])/g : /\\(["'\\nrt])/g,
    (_, one: string) => escapes[one] ?? one,
  );
}
