import type { CommandSyntax, OptionSyntax, Place, ProgramSyntax } from './command-tree.ts';

/** For zsh, whose `compinit` has to run before. */
export function zshScript({ name, options, commands }: ProgramSyntax): string {
  return `#compdef ${name}
# Completion of ${name} for zsh, by: ${name} completion zsh
_${name}() {
  local context state state_descr line
  local -A opt_args
  local -a commands
  _arguments -C \\
${specs(options.flatMap(optionSpecs))}
    '1: :->command' \\
    '*:: :->arguments' && return
  case $state in
    command)
      commands=(
${commands.map((command) => `        ${quoted(`${command.name}:${escaped(command.summary)}`)}`).join('\n')}
      )
      _describe 'command' commands
      ;;
    arguments)
      case $line[1] in
${commands.map(argumentsOf).join('\n')}
      esac
      ;;
  esac
}

# zsh calls the file of an autoloaded function; a script that is read defines it.
if [[ $funcstack[1] == _${name} ]]; then
  _${name} "$@"
else
  compdef _${name} ${name}
fi
`;
}

function argumentsOf({ name, options, places }: CommandSyntax): string {
  const all = [...options.flatMap(optionSpecs), ...places.map(placeSpec)];
  const lines = specs(all).replaceAll(/^ {4}/gm, '            ').replace(/ \\$/, '');
  return `        ${name})\n          _arguments \\\n${lines}\n          ;;`;
}

function specs(list: readonly string[]): string {
  return list.map((spec) => `    ${quoted(spec)} \\`).join('\n');
}

/** An option with a value may be repeated: some are lists. */
function optionSpecs({ flags, summary, value }: OptionSyntax): readonly string[] {
  const others = flags.length > 1 ? `(${flags.join(' ')})` : '';
  return flags.map((flag) =>
    value === undefined
      ? `${others}${flag}[${escaped(summary)}]`
      : `*${flag}=[${escaped(summary)}]:${value.name}:${action(value)}`,
  );
}

function placeSpec(place: Place): string {
  return `${place.isVariadic ? '*' : ''}:${place.name}:${action(place)}`;
}

/** An empty list offers nothing; a mere message would keep zsh from inserting an option. */
function action({ isFile, choices }: Place): string {
  return isFile ? '_files' : `(${choices.join(' ')})`;
}

function escaped(text: string): string {
  return text.replaceAll(/[\\[\]:$`]/g, String.raw`\$&`);
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", String.raw`'\''`)}'`;
}
