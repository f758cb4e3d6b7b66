import { type Command, InvalidArgumentError, Option } from 'commander';
import { products, tokenFields } from '../core/contract.ts';
import { adobeEndpoints, imsEndpoint } from './adobe/endpoints.ts';
import type { CommonOptions } from './common-options.ts';
import { help, helpBehind } from './help.ts';
import type { Session } from './session.ts';

type Work = (session: Session) => Promise<number>;

/** Runs the work of a command in a session with its options. */
export type Start = (options: CommonOptions, work: Work) => Promise<void>;

/** Adds every command that works in a session, with its arguments and options. */
export function addCommands(root: Command, start: Start): void {
  addReadCommands(root, start);
  addConsole(root, start);
  addCredentialCommands(root, start);
  addAdobeCommands(root, start);
  addLocal(root, start);
}

export function add(root: Command, name: keyof typeof help, args: string): Command {
  const text = help[name];
  return root
    .command(`${name} ${args}`.trim())
    .description(text.summary)
    .addHelpText('after', helpBehind(text))
    .option('--json', 'print JSON')
    .exitOverride();
}

/** Adds a command that works on a rotator in an AWS account. */
function addAws(root: Command, name: keyof typeof help, args: string): Command {
  return add(root, name, args)
    .option('--rotator <name>', 'the rotator (default: the only one in the account)')
    .option('--prefix <prefix>', "prefix of its secrets' names, if not the default")
    .option('--function <name>', 'its function, if several claim the rotator')
    .option('--profile <name>', 'AWS profile')
    .option('--region <region>', 'AWS Region');
}

function addReadCommands(root: Command, start: Start): void {
  addAws(root, 'status', '[names...]')
    .option('--watch', 'repeat until Ctrl-C')
    .option('--every <seconds>', 'seconds between two updates', wholeNumber(1, 3600), 10)
    .action(async (names: string[], options) => {
      const { status } = await import('./commands/status.ts');
      await start(options, (session) => status(session, names, options));
    });
  addAws(root, 'doctor', '[name]')
    .option('--mint', 'mint a token from this machine, without storing it')
    .option('--api <url>', 'send a GET to the product with the stored token')
    .option('--api-header <header>', 'a header for that GET; repeatable', collect)
    .action(async (name: string | undefined, options) => {
      const { doctor } = await import('./commands/doctor.ts');
      await start(options, (session) =>
        doctor(session, name, { ...options, ...adobeEndpoints(process.env, session.terminal) }),
      );
    });
  addAws(root, 'token', '<name>')
    .addOption(offering('--field <field>', 'print this field instead', tokenFields))
    .option('--header', 'print the Authorization header')
    .option('--env', 'print shell lines that export variables')
    .option('--show', 'print the token even to a terminal')
    .action(async (name: string, options) => {
      const { token } = await import('./commands/token.ts');
      await start(options, (session) => token(session, name, options));
    });
}

function addConsole(root: Command, start: Start): void {
  addAws(root, 'console', '')
    .option('--port <port>', 'the port; 0 for any', wholeNumber(0, 65_535), 0)
    .option('--no-open', 'do not open the browser')
    .option('--allow-actions', 'allow the page to renew, pause and resume')
    .action(async (options) => {
      const { serveConsole } = await import('./commands/console.ts');
      await start(options, (session) => serveConsole(session, options));
    });
}

function addCredentialCommands(root: Command, start: Start): void {
  addAws(root, 'renew', '[names...]')
    .option('--all', 'all credentials that are not paused')
    .option('--force', 'renew tokens even if they are not due')
    .action(async (names: string[], options) => {
      const { renew } = await import('./commands/renew.ts');
      await start(options, (session) => renew(session, names, options));
    });
  addStoring(addAws(root, 'put-credential', '<name> [file]'))
    .option('--yes', 'do not ask before the credential of another client, or IMS host, is replaced')
    .action(async (name: string, file: string | undefined, options) => {
      const { putCredential } = await import('./commands/put-credential.ts');
      await start(options, (session) =>
        putCredential(session, name, file, withImsEndpoint(session, options)),
      );
    });
  addStoring(addAws(root, 'onboard', '<name> [file]'))
    .addOption(
      offering('--product <product>', 'request the scopes that Adobe documents for it', products),
    )
    .option('--scopes <scopes>', 'request these scopes, with commas or spaces')
    .option('--renew-before <duration>', 'life left at which to renew, for example PT8H')
    .option('--key <key>', 'a KMS key, not an alias, that the rotator is allowed to use')
    .action(async (name: string, file: string | undefined, options) => {
      const { onboard } = await import('./commands/onboard.ts');
      await start(options, (session) =>
        onboard(session, name, file, withImsEndpoint(session, options)),
      );
    });
  addAws(root, 'offboard', '<name>')
    .option('--yes', 'do not ask for confirmation')
    .option('--recovery-days <days>', 'days until the secrets are gone', wholeNumber(7, 30), 30)
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

/** Commands that change what a credential has at Adobe. */
function addAdobeCommands(root: Command, start: Start): void {
  addOwnSecret(addAws(root, 'rotate-client-secret', '<name>'))
    .option('--wait <seconds>', 'seconds to wait for the rotation', wholeNumber(0, 3600), 300)
    .action(async (name: string, options) => {
      const { rotateClientSecret } = await import('./commands/rotate-client-secret.ts');
      await start(options, (session) => rotateClientSecret(session, name, options));
    });
  addAws(root, 'leaked', '<name>')
    .addOption(
      new Option('--version-id <id>', 'the version that has leaked; by default, the stored one')
        .argParser(versionId)
        .conflicts('token'),
    )
    .option('--token', 'only the token has leaked, not the client secret')
    .option('--cache <seconds>', 'how long consumers keep a token', wholeNumber(0, 86_400), 600)
    .option('--now', 'do not wait for consumers that keep a token')
    .option('--yes', 'do not ask for confirmation')
    .action(async (name: string, options) => {
      const { leaked } = await import('./commands/leaked.ts');
      await start(options, (session) =>
        leaked(session, name, { ...options, ...adobeEndpoints(process.env, session.terminal) }),
      );
    });
}

function addLocal(root: Command, start: Start): void {
  add(root, 'local', '')
    .option('--port <port>', 'the first of seven ports; 0 for any', wholeNumber(0, 65_529), 0)
    .option('--tick <seconds>', 'seconds between ticks, not as scheduled', wholeNumber(1, 86_400))
    .action(async (options) => {
      const { local } = await import('./commands/local.ts');
      await start(options, (session) => local(session, options));
    });
}

/** An option whose help and completion show values. The command checks them, with all others. */
function offering(flags: string, description: string, values: readonly string[]): Option {
  const option = new Option(flags, description);
  option.argChoices = [...values];
  return option;
}

/** Adds the options of a command that stores a credential. */
function addStoring(command: Command): Command {
  const seconds = wholeNumber(0, 900);
  return addOwnSecret(command)
    .option('--credential <name>', 'which credential, if the file has several')
    .option('--as-is', "store the file's text, not the documented form")
    .option('--mint', 'mint a token first, as proof; it is not stored')
    .option('--dry-run', 'stop before anything is stored')
    .option('--wait <seconds>', 'seconds to wait for the token; 0 does not wait', seconds, 60);
}

/** Only the function knows otherwise, and not everybody may list functions. */
function addOwnSecret(command: Command): Command {
  return command.option('--own-secret', 'its client secret is not one that the stack imports');
}

function withImsEndpoint<Options extends { readonly mint?: boolean }>(
  session: Session,
  options: Options,
) {
  const imsEndpointUrl =
    options.mint === true ? imsEndpoint(process.env, session.terminal) : undefined;
  return { ...options, imsEndpointUrl };
}

function wholeNumber(least: number, most: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (/^\d+$/.test(text) && value >= least && value <= most) return value;
    throw new InvalidArgumentError(`It must be a whole number from ${least} to ${most}.`);
  };
}

function versionId(text: string): string {
  // As Secrets Manager demands it of those who choose one.
  if (/^[\x21-\x7e]{32,64}$/.test(text)) return text;
  throw new InvalidArgumentError('It must be the id of a version: 32 to 64 characters.');
}

function collect(line: string, lines: readonly string[] = []): readonly string[] {
  return [...lines, line];
}
