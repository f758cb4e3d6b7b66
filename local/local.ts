import { once } from 'node:events';
import { parseArgs } from 'node:util';
import { onboard, secretsManagerClient } from './onboarding.ts';
import { consoleDownload, sampleClient } from './sample-credential.ts';
import { World } from './world.ts';

const usage = `Usage: npm run local -- [--port N] [--tick SECONDS]

Keeps the embedded world up until Ctrl-C: Secrets Manager, IMS, a product API and
the rotator.

  --port N        the port of Secrets Manager; IMS, the product API and Lambda
                  take those that follow (default: any that are free)
  --tick SECONDS  how often the rotator looks (default: 900, as deployed)
  --help          print this
`;

const name = 'workfront-fusion';

interface Options {
  readonly port: number;
  readonly tickSeconds: number;
}

function readOptions(): Options | 'help' {
  const { values } = parseArgs({
    options: {
      port: { type: 'string', default: '0' },
      tick: { type: 'string', default: '900' },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) return 'help';
  return {
    port: wholeNumber('--port', values.port, 0, 65_532),
    tickSeconds: wholeNumber('--tick', values.tick, 1, 86_400),
  };
}

function wholeNumber(option: string, text: string, least: number, most: number): number {
  const value = Number(text);
  if (Number.isInteger(value) && value >= least && value <= most) return value;
  throw new Error(`${option} must be a number from ${least} to ${most}, not ${text}`);
}

function instructions(world: World): string {
  const secret = `${world.prefix}/${name}`;
  return `The embedded world is up. Ctrl-C stops it.

  Secrets Manager  ${world.secretsManager.url}
  IMS              ${world.ims.url}
  product API      ${world.productApi.url}
  Lambda           ${world.lambda.url}

Point any AWS SDK or CLI at it:

  export AWS_ENDPOINT_URL_SECRETS_MANAGER=${world.secretsManager.url}
  export AWS_REGION=${world.region} AWS_DEFAULT_REGION=${world.region}
  export AWS_ACCESS_KEY_ID=local AWS_SECRET_ACCESS_KEY=local

(An AWS CLI before 2.13 and a boto3 before 1.28 do not know the first of them:
give them --endpoint-url or endpoint_url, or they call the real AWS.)

Read the token, and see what a tick would do:

  aws secretsmanager get-secret-value --query SecretString --output text \\
    --secret-id ${secret}/token
  curl -d '{"action":"status"}' \\
    ${world.lambda.url}/2015-03-31/functions/${world.functionName}/invocations

Another credential is two secrets, the token's first. The stand-in for IMS knows
one client only: take it from ${secret}/client.

  aws secretsmanager create-secret --name ${world.prefix}/NAME/token
  aws secretsmanager create-secret --name ${world.prefix}/NAME/client \\
    --secret-string file://credential.json

What the rotator does, on its schedule and whenever a credential is stored:
`;
}

async function run({ port, tickSeconds }: Options): Promise<void> {
  // Also without a terminal, as in a container, this is how it ends.
  const stopped = Promise.race([once(process, 'SIGINT'), once(process, 'SIGTERM')]);
  const world = new World({}, { onLog: (_, line) => process.stdout.write(`${line}\n`) });
  const client = await start(world, port);
  const tick = (): unknown =>
    world.lambda.invoke(world.functionName, { action: 'tick' }, { type: 'Event' });
  const schedule = setInterval(tick, tickSeconds * 1000);
  await stopped;
  clearInterval(schedule);
  client.destroy();
  await world.stop();
}

async function start(world: World, port: number) {
  await world.start(port);
  const sample = sampleClient();
  world.ims.registerClient(sample);
  process.stdout.write(instructions(world));
  const client = secretsManagerClient(world);
  try {
    // The event rule renews it at once.
    await onboard(world, client, name, consoleDownload(sample));
    return client;
  } catch (error) {
    await world.stop();
    throw error;
  }
}

/** The exit code; usage is told only to whom it helps. */
async function main(): Promise<number> {
  let options: Options | 'help';
  try {
    options = readOptions();
  } catch (error) {
    process.stderr.write(`${messageOf(error)}\n\n${usage}`);
    return 2;
  }
  if (options === 'help') {
    process.stdout.write(usage);
    return 0;
  }
  try {
    await run(options);
    return 0;
  } catch (error) {
    process.stderr.write(`${messageOf(error)}\n`);
    return 1;
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

process.exitCode = await main();
