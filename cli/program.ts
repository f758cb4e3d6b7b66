import { Command, CommanderError, InvalidArgumentError } from 'commander';
import { imsEndpointRule, isImsEndpoint } from '../core/config.ts';
import manifest from '../package.json' with { type: 'json' };
import { usageError } from './errors.ts';
import { exitCodes, help, helpBehind } from './help.ts';
import { type CommonOptions, type Session, startSession } from './session.ts';
import { reportError } from './view/report-error.ts';

type Work = (session: Session) => Promise<number>;
type Start = (options: CommonOptions, work: Work) => Promise<void>;

// A spinner hides it.
const showCursor = '\u001B[?25h';

/** Runs one command line. @returns the exit code */
export async function program(host: NodeJS.Process): Promise<number> {
  const interruption = new AbortController();
  const interrupt = (): void => {
    // Who asks twice does not want to wait for what is being finished.
    if (interruption.signal.aborted) {
      if (host.stderr.isTTY === true) host.stderr.write(showCursor);
      host.exit(130);
    }
    interruption.abort();
  };
  host.on('SIGINT', interrupt).on('SIGTERM', interrupt);
  // Whoever read this, such as head, has had enough, or the disk has. What was begun is finished.
  host.stdout.on('error', () => undefined);
  host.stderr.on('error', () => undefined);
  let exitCode = 0;
  const start: Start = async (options, work) => {
    try {
      exitCode = await work(startSession(options, host, interruption.signal));
    } catch (error) {
      exitCode = reportError(error, options, host);
    }
  };
  const root = new Command('ims-token-rotator')
    .description('Keeps Adobe IMS access tokens fresh in AWS Secrets Manager: for its operators.')
    .version(manifest.version, '--version', 'print the version')
    .exitOverride()
    .configureOutput({
      writeErr: (text) => {
        if (!host.argv.includes('--json')) host.stderr.write(text);
      },
      outputError: (text, write) => write(text.replace(/^error: /, 'ERR_USAGE ')),
    })
    .configureHelp({
      // All of them take options; said of each, it would only make the lines too long.
      subcommandTerm: (command) =>
        `${command.name()} ${command.usage().replace('[options]', '').trim()}`.trim(),
    })
    .addHelpText('after', exitCodes)
    .showHelpAfterError('(--help shows what there is)');
  addLooks(root, start);
  addCredentialCommands(root, start);
  addLocal(root, start);
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
  // What was read when Ctrl-C came, such as a pipe that nobody writes to, is not waited for.
  if (interruption.signal.aborted) host.exit(exitCode);
  return exitCode;
}

function add(root: Command, name: keyof typeof help, args: string): Command {
  const text = help[name];
  return root
    .command(`${name} ${args}`.trim())
    .description(text.summary)
    .addHelpText('after', helpBehind(text))
    .option('--json', 'print JSON')
    .exitOverride();
}

/** A command that is about a rotator in an AWS account. */
function addAws(root: Command, name: keyof typeof help, args: string): Command {
  return add(root, name, args)
    .option('--rotator <name>', 'the rotator (default: the only one there is)')
    .option('--prefix <prefix>', "what its secrets' names begin with, if that was set")
    .option('--profile <name>', 'AWS profile')
    .option('--region <region>', 'AWS Region');
}

function addLooks(root: Command, start: Start): void {
  addAws(root, 'status', '[names...]')
    .option('--watch', 'look again and again, until Ctrl-C')
    .option('--every <seconds>', 'between two looks', wholeNumber(1, 3600), 10)
    .action(async (names: string[], options) => {
      const { status } = await import('./commands/status.ts');
      await start(options, (session) => status(session, names, options));
    });
  addAws(root, 'doctor', '[name]')
    .option('--mint', 'mint a token from here, and store it nowhere')
    .option('--api <url>', 'a GET of the product, with the stored token')
    .option('--api-header <header>', 'what it wants beside the token; may be repeated', collect)
    .action(async (name: string | undefined, options) => {
      const { doctor } = await import('./commands/doctor.ts');
      await start(options, async (session) => {
        const imsEndpointUrl = imsEndpoint(process.env['IMS_ENDPOINT_URL']);
        return await doctor(session, name, { ...options, imsEndpointUrl });
      });
    });
  addAws(root, 'token', '<name>')
    .option('--field <field>', 'print this field instead, such as expires_at')
    .option('--header', 'print the Authorization header')
    .option('--env', 'print lines that set environment variables')
    .option('--show', 'print it to a terminal too')
    .action(async (name: string, options) => {
      const { token } = await import('./commands/token.ts');
      await start(options, (session) => token(session, name, options));
    });
}

function addCredentialCommands(root: Command, start: Start): void {
  addAws(root, 'renew', '[names...]')
    .option('--all', 'every credential that is not paused')
    .option('--force', 'renew what is not due too')
    .action(async (names: string[], options) => {
      const { renew } = await import('./commands/renew.ts');
      await start(options, (session) => renew(session, names, options));
    });
  addWait(addAws(root, 'put-credential', '<name> [file]')).action(
    async (name: string, file: string | undefined, options) => {
      const { putCredential } = await import('./commands/put-credential.ts');
      await start(options, (session) => putCredential(session, name, file, options));
    },
  );
  addWait(addAws(root, 'onboard', '<name> [file]'))
    .option('--product <product>', 'ask for the scopes that Adobe documents for it')
    .option('--scopes <scopes>', 'ask for these scopes, with commas or spaces')
    .option('--renew-before <duration>', 'ISO 8601 life left at which to renew, such as PT8H')
    .option('--key <key>', 'a KMS key that the rotator may use')
    .action(async (name: string, file: string | undefined, options) => {
      const { onboard } = await import('./commands/onboard.ts');
      await start(options, (session) => onboard(session, name, file, options));
    });
  addAws(root, 'offboard', '<name>')
    .option('--yes', 'do not ask')
    .option('--recovery-days <days>', 'until the secrets are gone', wholeNumber(7, 30), 30)
    .action(async (name: string, options) => {
      const { offboard } = await import('./commands/offboard.ts');
      await start(options, (session) => offboard(session, name, options));
    });
  for (const command of ['pause', 'resume'] as const) {
    addAws(root, command, '<name>').action(async (name: string, options) => {
      const { setPaused } = await import('./commands/pause.ts');
      await start(options, (session) => setPaused(session, name, command === 'pause'));
    });
  }
}

function addLocal(root: Command, start: Start): void {
  add(root, 'local', '')
    .option('--port <port>', 'the first of five ports (default: any)', wholeNumber(0, 65_531), 0)
    .option('--tick <seconds>', 'how often the rotator looks', wholeNumber(1, 86_400), 900)
    .action(async (options) => {
      const { local } = await import('./commands/local.ts');
      await start(options, (session) => local(session, options));
    });
}

function addWait(command: Command): Command {
  const seconds = wholeNumber(0, 900);
  return command.option('--wait <seconds>', 'for the token; 0 does not wait', seconds, 60);
}

function wholeNumber(least: number, most: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (/^\d+$/.test(text) && value >= least && value <= most) return value;
    throw new InvalidArgumentError(`It must be a whole number from ${least} to ${most}.`);
  };
}

function collect(line: string, lines: readonly string[] = []): readonly string[] {
  return [...lines, line];
}

/** Client secrets are sent there, so the rule is that of the function. */
function imsEndpoint(url: string | undefined): string | undefined {
  const origin = url?.replace(/\/$/, '');
  if (origin === undefined || origin === '' || isImsEndpoint(origin)) return origin || undefined;
  throw usageError(`IMS_ENDPOINT_URL ${imsEndpointRule}`);
}
