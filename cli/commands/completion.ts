import type { Command } from 'commander';
import { bashScript } from '../completion/bash.ts';
import { type ProgramSyntax, syntaxOf } from '../completion/command-tree.ts';
import { fishScript } from '../completion/fish.ts';
import type { Shell } from '../completion/shells.ts';
import { zshScript } from '../completion/zsh.ts';

const scripts: Readonly<Record<Shell, (program: ProgramSyntax) => string>> = {
  bash: bashScript,
  zsh: zshScript,
  fish: fishScript,
};

/** A script that has the shell complete the program's commands, options and their values. */
export function completion(shell: Shell, program: Command): string {
  return scripts[shell](syntaxOf(program));
}
