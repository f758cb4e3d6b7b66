import { Argument, Command, CommanderError } from 'commander';
import manifest from '../package.json' with { type: 'json' };
import { add, addCommands, type Start } from './command-line.ts';
import type { CommonOptions } from './common-options.ts';
import { type Shell, shells } from './completion/shells.ts';
import { usageError } from './errors.ts';
import { exitCodes } from './help.ts';
import { startSession } from './session.ts';
import { printable } from './view/printable.ts';
import { reportError } from './view/report-error.ts';

// A spinner hides the cursor.
const showCursor = '\u001B[?25h';

/** Runs one command line. @returns the exit code */
export async function program(host: NodeJS.Process): Promise<number> {
  const interruption = new AbortController();
  const interrupt = (): void => {
    // A second Ctrl-C does not wait for the work in progress.
    if (interruption.signal.aborted) {
      if (host.stderr.isTTY === true) host.stderr.write(showCursor);
      host.exit(130);
    }
    interruption.abort();
  };
  host.on('SIGINT', interrupt).on('SIGTERM', interrupt);
  // The terminal is gone. The kernel and the shell may both say so: the second one is no second Ctrl-C.
  host.on('SIGHUP', () => interruption.abort());
  // The reader (for example head) may be gone, or the disk full. The command finishes its work.
  host.stdout.on('error', () => undefined);
  host.stderr.on('error', () => undefined);
  let exitCode = 0;
  const start: Start = async (options, work) => {
    try {
      exitCode = await work(await startSession(options, host, interruption.signal));
    } catch (error) {
      exitCode = reportError(error, options, host);
    }
  };
  const root = new Command('ims-token-rotator')
    .description(
      'Operate the rotator that keeps Adobe IMS access tokens fresh in AWS Secrets Manager.',
    )
    .version(manifest.version, '--version', 'print the version')
    .exitOverride()
    .configureOutput({
      writeErr: (text) => {
        if (!host.argv.includes('--json'))
          host.stderr.write(text.split('\n').map(printable).join('\n'));
      },
      outputError: (text, write) => write(text.replace(/^error: /, 'ERR_USAGE ')),
    })
    .configureHelp({
      // Every command has options, so `[options]` would only make the lines too long.
      subcommandTerm: (command) =>
        `${command.name()} ${command.usage().replace('[options]', '').trim()}`.trim(),
    })
    .addHelpText('after', exitCodes)
    .showHelpAfterError('(--help shows the commands and options)');
  addCommands(root, start);
  addCompletion(root, host);
  try {
    await root.parseAsync(host.argv);
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    if (error.exitCode === 0) return 0;
    if (host.argv.includes('--json')) {
      return reportError(usageError(error.message.replace(/^error: /, '')), { json: true }, host);
    }
    return 2;
  }
  // Does not wait for an open read, for example from a pipe that nobody writes to.
  if (interruption.signal.aborted) host.exit(exitCode);
  return exitCode;
}

/** Needs no session: shells run it at their start, whatever the AWS settings are. */
function addCompletion(root: Command, host: NodeJS.Process): void {
  add(root, 'completion', '')
    .addArgument(new Argument('<shell>').choices(shells))
    .action(async (shell: Shell, { json }: CommonOptions) => {
      const { completion } = await import('./commands/completion.ts');
      const script = completion(shell, root);
      host.stdout.write(json === true ? `${JSON.stringify({ shell, script })}\n` : script);
    });
}
