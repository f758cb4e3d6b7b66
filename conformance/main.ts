import { randomUUID } from 'node:crypto';
import {
  SecretsManagerClient,
  type SecretsManagerClientConfig,
} from '@aws-sdk/client-secrets-manager';
import { agrees } from './agreement.ts';
import type { Extras } from './case.ts';
import { bounds, cost } from './cost.ts';
import { endpointOf, isLoopback } from './endpoint.ts';
import { problemOfFirstReply } from './first-reply.ts';
import { type Options, parseOptions, usage } from './options.ts';
import { problemOfProfiles } from './profiles.ts';
import { Scratch } from './scratch.ts';
import { onSignals } from './signals.ts';
import { type CaseResult, cases, runSuite } from './suite.ts';

const defaultPrefix = 'conformance';

const invented = { accessKeyId: 'conformance', secretAccessKey: 'conformance' };

/** The SDK finds whatever is missing; a server on this machine may need no credentials at all. */
function configOf({ endpoint, region }: Options): SecretsManagerClientConfig {
  const { AWS_ACCESS_KEY_ID, AWS_PROFILE = '', AWS_REGION = 'us-east-1' } = process.env;
  const given = {
    ...(endpoint !== undefined && { endpoint }),
    ...(region !== undefined && { region }),
  };
  const isHere = endpoint !== undefined && isLoopback(new URL(endpoint));
  if (!isHere || AWS_PROFILE !== '') return given;
  return {
    region: AWS_REGION,
    ...given,
    ...(AWS_ACCESS_KEY_ID === undefined && { credentials: invented }),
  };
}

async function extrasOf(
  client: SecretsManagerClient,
  options: Options,
  endpoint: URL,
): Promise<Extras> {
  const { 'replica-region': replica, 'denied-profile': profile } = options;
  const place = {
    region: await client.config.region(),
    // A profile must not lead from a stand-in to AWS.
    ...((options.endpoint !== undefined || isLoopback(endpoint)) && { endpoint: endpoint.href }),
  };
  const credentials = { accessKeyId: 'AKIACONFORMANCE00000', secretAccessKey: 'conformance' };
  return {
    rotationFunction: options['rotation-function'],
    disabledKey: options['disabled-key'],
    stranger: new SecretsManagerClient({ ...place, credentials }),
    ...(profile !== undefined && { denied: new SecretsManagerClient({ ...place, profile }) }),
    ...(replica !== undefined && {
      replica: {
        region: replica,
        client: new SecretsManagerClient(configOf({ ...options, region: replica })),
      },
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
    `In ${region}, at most ${secrets} secrets below ${prefix}/, each for less than an hour,\nand about ${requests} requests: less than $${cost(bounds).toFixed(2)} at AWS. ListSecrets may take minutes to show a change, and a replica to follow.\n`,
  );
  if (yes) return true;
  if (!process.stdin.isTTY) {
    process.stderr.write('Give --yes to start without a question.\n');
    return false;
  }
  return await agrees(process.stdin, process.stderr);
}

function lineOf({ title, source, passed, problem, skipped }: CaseResult): string {
  if (skipped !== undefined) return `- ${title}\n    skipped: ${skipped}\n`;
  return passed ? `✓ ${title}\n` : `✗ ${title}\n    ${problem}\n    ${source}\n`;
}

function linesOf(what: string, arns: readonly string[]): string {
  return arns.map((arn) => `${what}: ${arn}\n`).join('');
}

function othersOf({ prefix }: Scratch): string {
  return `Look for others below ${prefix}/`;
}

/** After the end, nobody else knows; the answer about one more may be under way. */
function leftOf(scratch: Scratch): string {
  return `${linesOf('Not deleted; do it', scratch.left)}${othersOf(scratch)}\n`;
}

/** Returns false if nobody gets it. */
async function writeOut(text: string): Promise<boolean> {
  const error = await new Promise<Error | null | undefined>((resolve) => {
    process.stdout.write(text, resolve);
  });
  if (!error) return true;
  process.stderr.write(`${error.message}\n`);
  return false;
}

async function run(options: Options): Promise<number> {
  const unknown = await problemOfProfiles({
    AWS_PROFILE: process.env['AWS_PROFILE'],
    '--denied-profile': options['denied-profile'],
  });
  const endpoint =
    unknown ?? (await endpointOf(configOf(options)).catch((error: Error) => error.message));
  if (typeof endpoint === 'string') {
    process.stderr.write(`${endpoint}\n`);
    return 2;
  }
  const client = new SecretsManagerClient(configOf(options));
  process.stderr.write(`${cases.length} cases at ${endpoint.href}\n`);
  const isHere = isLoopback(endpoint);
  if (!isHere && !(await confirmed(client, options))) return 2;
  const problem = await problemOfFirstReply(client);
  if (problem !== undefined) {
    process.stderr.write(`${problem}\n`);
    return 1;
  }
  const prefix = `${options.prefix ?? defaultPrefix}/${randomUUID().slice(0, 8)}`;
  process.stderr.write(`It creates secrets below ${prefix}/\n`);
  const scratch = new Scratch(client, prefix);
  onSignals({
    stop: () => stopped.abort(),
    warn: () =>
      process.stderr.write(
        `It deletes what it has created; once more ends it at once, and names what is left.\n`,
      ),
    end: (code) => process.stderr.write(leftOf(scratch), () => process.exit(code)),
  });
  const summary = await runSuite(client, {
    signal: stopped.signal,
    scratch,
    patience: isHere ? 10 : 360,
    extras: await extrasOf(client, options, endpoint),
    onResult: (result) => process.stderr.write(lineOf(result)),
  });
  const isWritten = await writeOut(`${JSON.stringify(summary, undefined, 2)}\n`);
  client.destroy();
  const { passed, failed, skipped, notRun, left } = summary;
  process.stderr.write(
    `${passed} passed, ${failed} failed, ${skipped} skipped, ${notRun} not run\n`,
  );
  process.stderr.write(linesOf('Could not be deleted; do it', left));
  if (scratch.isUnsure) process.stderr.write(`${othersOf(scratch)}\n`);
  return failed === 0 && notRun === 0 && left.length === 0 && isWritten ? 0 : 1;
}

async function exitCode(args: readonly string[]): Promise<number> {
  let options: Options | undefined;
  try {
    options = parseOptions(args);
  } catch (error) {
    process.stderr.write(`${(error as Error).message}\n\n${usage}`);
    return 2;
  }
  if (options === undefined) {
    return (await writeOut(usage)) ? 0 : 1;
  }
  return await run(options);
}

const stopped = new AbortController();
// Whoever reads the lines may leave before the end. What was created is deleted all the same.
for (const stream of [process.stdout, process.stderr]) stream.on('error', () => stopped.abort());
// With colours, an assertion shows a difference letter by letter, in a summary as on a terminal.
process.env['FORCE_COLOR'] = '0';
process.exitCode = await exitCode(process.argv.slice(2));
