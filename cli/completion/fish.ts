import { type CommandSyntax, identifier, type Place, type ProgramSyntax } from './command-tree.ts';

/** For fish 3 and later. */
export function fishScript({ name, options, commands }: ProgramSyntax): string {
  const condition = `_${identifier(name)}_at`;
  const complete = (...words: readonly string[]): string =>
    ['complete -c', name, ...words].join(' ');
  const inProgram = "-n 'test (count (commandline -opc)) -eq 1'";
  const lines = [
    complete('-f'),
    ...options.map((option) => complete(inProgram, ...optionWords(option))),
    ...commands.flatMap((command) => [
      complete(inProgram, '-a', command.name, '-d', quoted(command.summary)),
      ...command.options.map((option) =>
        complete(`-n '${condition} 2 ${command.name}'`, ...optionWords(option)),
      ),
      ...command.places.flatMap((place, index) => {
        const words = placeWords(place);
        const at = `-n '${condition} ${index + 2} ${command.name}'`;
        return words.length === 0 ? [] : [complete(at, ...words)];
      }),
    ]),
  ];
  return `# Completion of ${name} for fish, by: ${name} completion fish
# True in the arguments of a command, behind at least that many words.
function ${condition} -a least command
    set -l words (commandline -opc)
    test (count $words) -ge $least; and test $words[2] = $command
end
${lines.join('\n')}
`;
}

function optionWords({ flags, summary, value }: CommandSyntax['options'][number]) {
  const names = flags.map((flag) => flag.replace(/^-(?!-)/, '-s ').replace(/^--/, '-l '));
  const values = value === undefined ? [] : placeWords(value);
  // Only -F lets files follow -r, and only -x keeps them away.
  const takes = value === undefined ? [] : [value.isFile ? '-r' : '-x'];
  return [...names, ...takes, ...values, '-d', quoted(summary)];
}

function placeWords({ isFile, choices }: Place): readonly string[] {
  if (isFile) return ['-F'];
  return choices.length === 0 ? [] : ['-a', quoted(choices.join(' '))];
}

function quoted(text: string): string {
  return `'${text.replaceAll(/['\\]/g, String.raw`\$&`)}'`;
}
