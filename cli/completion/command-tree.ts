import type { Argument, Command, Option } from 'commander';

/** A place on the command line for a word that is neither a command nor an option. */
export interface Place {
  readonly name: string;
  /** The words to offer; none if any word will do. */
  readonly choices: readonly string[];
  readonly isFile: boolean;
  readonly isVariadic: boolean;
}

export interface OptionSyntax {
  /** As typed: the short one first, if there is one. */
  readonly flags: readonly string[];
  readonly summary: string;
  readonly value: Place | undefined;
}

export interface CommandSyntax {
  readonly name: string;
  readonly summary: string;
  readonly options: readonly OptionSyntax[];
  readonly places: readonly Place[];
}

export interface ProgramSyntax {
  readonly name: string;
  readonly options: readonly OptionSyntax[];
  readonly commands: readonly CommandSyntax[];
}

/** The syntax that the help texts show. */
export function syntaxOf(program: Command): ProgramSyntax {
  const help = program.createHelp();
  const commands = help.visibleCommands(program);
  const names = commands.map((command) => command.name());
  const placeOf = ({ argChoices, variadic, name }: Placed): Place => ({
    name,
    // The argument of `help` is a command.
    choices: argChoices ?? (name === 'command' ? names : []),
    isFile: name === 'file',
    isVariadic: variadic,
  });
  const optionsOf = (command: Command): readonly OptionSyntax[] =>
    help.visibleOptions(command).map((option) => ({
      flags: [option.short, option.long].filter((flag) => flag !== undefined),
      summary: option.description,
      value: takesValue(option) ? placeOf({ ...option, name: valueName(option) }) : undefined,
    }));
  return {
    name: program.name(),
    options: optionsOf(program),
    commands: commands.map((command) => ({
      name: command.name(),
      summary: command.description(),
      options: optionsOf(command),
      places: command.registeredArguments.map((argument) =>
        placeOf({ ...argument, name: argument.name() }),
      ),
    })),
  };
}

type Placed = Pick<Argument, 'argChoices' | 'variadic'> & { readonly name: string };

function takesValue({ required, optional }: Option): boolean {
  return required || optional;
}

function valueName({ flags }: Option): string {
  return /[<[]([\w-]+)/.exec(flags)?.[1] ?? '';
}

/** An identifier of the shell's language, made from the program's name. */
export function identifier(name: string): string {
  return `_${name.replaceAll('-', '_')}`;
}
