import { type CommandSyntax, identifier, type Place, type ProgramSyntax } from './command-tree.ts';

/** For bash 3.2, which macOS has, and later; it needs no package of completions. */
export function bashScript(program: ProgramSyntax): string {
  const name = identifier(program.name);
  return `# Completion of ${program.name} for bash, by: ${program.name} completion bash
${name}() {
  local word=\${COMP_WORDS[COMP_CWORD]} command= option= place=0 words= i
  for ((i = 1; i < COMP_CWORD; i++)); do
    if [[ -n $option ]]; then
      # bash takes \`=\` for a word of its own.
      [[ \${COMP_WORDS[i]} == '=' ]] || option=
    elif [[ \${COMP_WORDS[i]} == -* ]]; then
      case "$command \${COMP_WORDS[i]}" in
${valuedOptions(program)}
          option=\${COMP_WORDS[i]} ;;
      esac
    elif [[ -z $command ]]; then
      command=\${COMP_WORDS[i]}
    else
      place=$((place + 1))
    fi
  done
  [[ $word == '=' ]] && word=
  if [[ -n $option ]]; then
    case "$command $option" in
${optionValues(program)}
    esac
  elif [[ $word == -* ]]; then
    case $command in
      '') words='${flagsOf(program)}' ;;
${program.commands.map((command) => `      ${command.name}) words='${flagsOf(command)}' ;;`).join('\n')}
    esac
  else
    case "$command $place" in
      ' 0') words='${program.commands.map(({ name: command }) => command).join(' ')}' ;;
${program.commands.flatMap(placesOf).join('\n')}
    esac
  fi
  COMPREPLY=($(compgen -W "$words" -- "$word"))
}
complete -F ${name} ${program.name}
`;
}

function flagsOf({ options }: Pick<CommandSyntax, 'options'>): string {
  return options.flatMap(({ flags }) => flags).join(' ');
}

/** Patterns of the options that a value follows. */
function valuedOptions({ commands }: ProgramSyntax): string {
  const patterns = commands.map(({ name, options }) =>
    options
      .filter(({ value }) => value !== undefined)
      .flatMap(({ flags }) => flags.map((flag) => `'${name} ${flag}'`))
      .join(' | '),
  );
  return `        ${patterns.filter((pattern) => pattern !== '').join(' | \\\n        ')})`;
}

function optionValues({ commands }: ProgramSyntax): string {
  const branches = commands.flatMap(({ name, options }) =>
    options.flatMap(({ flags, value }) =>
      value === undefined ? [] : flags.flatMap((flag) => branch(`'${name} ${flag}'`, value)),
    ),
  );
  return branches.join('\n');
}

function placesOf({ name, places }: CommandSyntax): readonly string[] {
  return places.flatMap((place, index) =>
    branch(place.isVariadic ? `'${name} '*` : `'${name} ${index}'`, place),
  );
}

function branch(pattern: string, { choices, isFile }: Place): readonly string[] {
  // bash 3.2 has no compopt, and then completes no file.
  if (isFile) return [`      ${pattern}) compopt -o default 2>/dev/null ;;`];
  return choices.length === 0 ? [] : [`      ${pattern}) words='${choices.join(' ')}' ;;`];
}
