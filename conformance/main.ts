import { randomUUID } from 'node:crypto';
import { createInterface } from 'node:readline/promises';
import { parseArgs } from 'node:util';
import { ListSecretsCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import type { Extras } from './case.ts';
import { bounds, cost } from './cost.ts';
import { type CaseResult, cases, runSuite } from './suite.ts';

const usage = `Usage: npm run --silent conformance -- --endpoint URL [--prefix NAME] [--region REGION] [MORE]
       npm run --silent conformance -- --prefix NAME [--region REGION] [--yes] [MORE]

Checks what the project relies on in Secrets Manager: at an endpoint, or else at AWS, with the
credentials that the AWS SDK finds. It creates secrets below the prefix and deletes them by ARN, also
after Ctrl-C. One line for each case goes to the standard error, a summary in JSON to the standard
output. A case that needs more is skipped without it:

  --rotation-function ARN   conformance/rotation-function.ts, deployed, with a role that may describe,
                            read, put, tag and label secrets, and invoked by Secrets Manager
  --replica-region REGION   another Region, for replicas
  --denied-profile PROFILE  a profile whose principal may do nothing
  --disabled-key ARN        a KMS key that is disabled
`;

const strings = [
  'endpoint',
  'prefix',
  'region',
  'rotation-function',
  'replica-region',
  'denied-profile',
  'disabled-key',
] as const;

type Options = { readonly [Option in (typeof strings)[number]]?: string | undefined } & {
  readonly yes?: boolean | undefined;
};

/** Undefined for arguments that make no sense. */
function optionsOf(args: readonly string[]): Options | undefined {
  try {
    const { values }: { values: Options } = parseArgs({
      args: [...args],
      options: {
        ...Object.fromEntries(strings.map((name) => [name, { type: 'string' } as const])),
        yes: { type: 'boolean' },
      },
    });
    const { endpoint } = values;
    // `--endpoint "$URL"` without that variable: the SDK would take AWS's own endpoint.
    if (endpoint !== undefined && !URL.canParse(endpoint)) return undefined;
    const isPlaced = endpoint !== undefined || values.prefix !== undefined;
    const isName = /^[\w/+=.@-]{1,100}$/.test(values.prefix ?? 'x');
    return isPlaced && isName ? values : undefined;
  } catch {
    return undefined;
  }
}

const defaultPrefix = 'conformance';

/** Only AWS needs real credentials. */
function clientFor({ endpoint, region }: Options): SecretsManagerClient {
  if (endpoint === undefined)
    return new SecretsManagerClient(region === undefined ? {} : { region });
  const {
    AWS_ACCESS_KEY_ID = 'conformance',
    AWS_SECRET_ACCESS_KEY = 'conformance',
    AWS_SESSION_TOKEN = '',
  } = process.env;
  return new SecretsManagerClient({
    endpoint,
    region: region ?? process.env['AWS_REGION'] ?? 'us-east-1',
    credentials: {
      accessKeyId: AWS_ACCESS_KEY_ID,
      secretAccessKey: AWS_SECRET_ACCESS_KEY,
      sessionToken: AWS_SESSION_TOKEN,
    },
  });
}

async function extrasOf(client: SecretsManagerClient, options: Options): Promise<Extras> {
  const { endpoint, 'replica-region': replica, 'denied-profile': profile } = options;
  const place = {
    region: await client.config.region(),
    ...(endpoint !== undefined && { endpoint }),
  };
  const credentials = { accessKeyId: 'AKIACONFORMANCE00000', secretAccessKey: 'conformance' };
  return {
    rotationFunction: options['rotation-function'],
    disabledKey: options['disabled-key'],
    stranger: new SecretsManagerClient({ ...place, credentials }),
    ...(profile !== undefined && { denied: new SecretsManagerClient({ ...place, profile }) }),
    ...(replica !== undefined && {
      replica: { region: replica, client: clientFor({ ...options, region: replica }) },
    }),
  };
}

async function confirmed(
  client: SecretsManagerClient,
  { prefix = defaultPrefix, yes }: Options,
): Promise<boolean> {
  const region = await client.config.region();
  const { secrets, requests } = bounds;
  process.stderr.write(
    `${cases.length} cases at AWS in ${region}: at most ${secrets} secrets below ${prefix}/, each for less than an hour,\nand about ${requests} requests: less than $${cost(bounds).toFixed(2)}. ListSecrets may take minutes to show a change, and a replica to follow.\n`,
  );
  if (yes) return true;
  if (!process.stdin.isTTY) {
    process.stderr.write('Give --yes to start without a question.\n');
    return false;
  }
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  const answer = await terminal.question('Start? (y/N) ');
  terminal.close();
  return /^y(es)?$/i.test(answer);
}

/** AWS's own endpoint costs as much, so it is asked about too. */
function isOfAws(endpoint: string): boolean {
  return /\.(amazonaws\.com|amazonaws\.com\.cn|api\.aws)$/.test(new URL(endpoint).hostname);
}

function lineOf({ title, source, passed, problem, skipped }: CaseResult): string {
  if (skipped !== undefined) return `- ${title}\n    skipped: ${skipped}\n`;
  return passed ? `✓ ${title}\n` : `✗ ${title}\n    ${problem}\n    ${source}\n`;
}

/** Why nothing answers: every case would fail for that. Whatever AWS answers is the cases' business. */
async function silence(client: SecretsManagerClient): Promise<string | undefined> {
  try {
    await client.send(new ListSecretsCommand({ MaxResults: 1 }));
    return undefined;
  } catch (error) {
    const { code, name, message, $metadata } = error as Failure;
    if ($metadata?.httpStatusCode !== undefined) return undefined;
    return `Secrets Manager does not answer: ${code ?? name}${message === '' ? '' : `: ${message}`}\n`;
  }
}

interface Failure extends Error {
  readonly code?: string;
  readonly $metadata?: { readonly httpStatusCode?: number };
}

async function exitCode(options: Options, client: SecretsManagerClient): Promise<number> {
  const isAws = options.endpoint === undefined || isOfAws(options.endpoint);
  if (isAws && !(await confirmed(client, options))) return 2;
  const problem = await silence(client);
  if (problem !== undefined) {
    process.stderr.write(problem);
    return 1;
  }
  const stopped = new AbortController();
  process.once('SIGINT', () => stopped.abort());
  const summary = await runSuite(client, {
    signal: stopped.signal,
    prefix: `${options.prefix ?? defaultPrefix}/${randomUUID().slice(0, 8)}`,
    patience: isAws ? 360 : 10,
    extras: await extrasOf(client, options),
    onResult: (result) => process.stderr.write(lineOf(result)),
  });
  process.stdout.write(`${JSON.stringify(summary, undefined, 2)}\n`);
  const isClean = summary.passed + summary.skipped === cases.length && summary.left.length === 0;
  return isClean ? 0 : 1;
}

const options = optionsOf(process.argv.slice(2));
if (options === undefined) {
  process.stderr.write(usage);
  process.exitCode = 2;
} else {
  const client = clientFor(options);
  process.exitCode = await exitCode(options, client);
  client.destroy();
}
