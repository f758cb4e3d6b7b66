import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { onTestFinished, type TestContext } from 'vitest';
import { run, shellProgram } from '../support/foreign-clients.ts';
import { temporaryDirectory } from '../support/temporary-directory.ts';

/** The words that a real shell offers for the last word of a line, without its descriptions. */
export type Complete = (line: string) => Promise<readonly string[]>;

interface Interactive {
  /** The file that the shell reads at its start. */
  readonly file: string;
  readonly setup: string;
  readonly start: (program: string, directory: string) => string;
  /** The keys that insert everything that the shell offers. */
  readonly keys: string;
}

// The program itself only shows which words it was given.
const shown = 'unset HISTFILE\nims-token-rotator() { printf "<%s>" "$@"; echo "<end>"; }';

const interactive: Readonly<Record<'bash' | 'zsh', Interactive>> = {
  bash: {
    file: 'rc',
    setup: `${shown}\nPS1='ready> '\nbind 'set bracketed-paste off'\n`,
    start: (program, directory) => `${program} --noprofile --rcfile ${directory}/rc -i`,
    keys: '\u001B*',
  },
  zsh: {
    file: '.zshrc',
    setup: `autoload -Uz compinit && compinit -u -D
${shown}
PS1='ready> '
unset zle_bracketed_paste
zle -C all-matches complete-word _generic
zstyle ':completion:all-matches::::' completer _all_matches _complete
zstyle ':completion:all-matches:*' insert true
bindkey '^X' all-matches
`,
    start: (program, directory) => `ZDOTDIR=${directory} ${program} -d -i`,
    keys: '\u0018',
  },
};

/** An interactive shell that has read the script, in a directory with the file `a-credential.json`. */
export async function startShell(
  context: TestContext,
  name: 'bash' | 'zsh' | 'fish',
  script: string,
): Promise<Complete> {
  const program = shellProgram(context, name);
  const directory = await temporaryDirectory();
  await writeFile(join(directory, 'a-credential.json'), '');
  if (name === 'fish') {
    const file = join(directory, 'script.fish');
    await writeFile(file, script);
    return async (line) => {
      const code = 'cd $argv[1]; source script.fish; complete -C $argv[2]';
      const offered = await run(program, ['--no-config', '-c', code, directory, line]);
      return offered.split('\n').flatMap((each) => (each === '' ? [] : [each.replace(/\t.*/, '')]));
    };
  }
  const { file, setup, start, keys } = interactive[name];
  await writeFile(join(directory, file), setup + script);
  const child = spawn(
    'script',
    ['-qec', `stty cols 2000; exec env ${start(program, directory)}`, '/dev/null'],
    { cwd: directory, env: { PATH: process.env['PATH'], TERM: 'dumb', HOME: directory } },
  );
  onTestFinished(() => {
    child.kill('SIGKILL');
  });
  let output = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    output += text;
  });
  const printed = async (pattern: RegExp): Promise<string> => {
    for (;;) {
      const match = pattern.exec(output);
      if (match !== null) {
        output = output.slice(match.index + match[0].length);
        return match[0];
      }
      await once(child.stdout, 'data');
    }
  };
  await printed(/ready> /);
  return async (line) => {
    child.stdin.write(`${line}${keys}\r`);
    const words = await printed(/(?<=\n)<.*<end>/);
    await printed(/ready> /);
    const typed = line.trimEnd().split(/\s+/).length - (line.endsWith(' ') ? 1 : 2);
    return [...words.matchAll(/<(.*?)>/g)].map(([, word = '']) => word).slice(typed, -1);
  };
}
