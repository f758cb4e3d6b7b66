import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { onboard, secretsManagerClient } from './onboarding.ts';
import { consoleDownload, sampleClient } from './sample-credential.ts';
import { World } from './world.ts';

export interface LocalOptions {
  /** Of Secrets Manager; the other servers take those that follow. 0 is any that are free. */
  readonly port: number;
  /** How often the rotator looks. */
  readonly tickSeconds: number;
  /** Whether the addresses are printed as one line of JSON. */
  readonly json: boolean;
  readonly print: (line: string) => void;
}

const name = 'workfront-fusion';

// What this was started with, too.
const command = import.meta.dirname.endsWith(join('dist', 'cli'))
  ? 'npx ims-token-rotator'
  : 'npm run --silent rotator --';

/** There is no bundle to run. */
export class NotBuilt extends Error {}

/** Keeps the embedded world up, with one credential in it, until the signal aborts. */
export async function runLocal(options: LocalOptions, stopped: AbortSignal): Promise<void> {
  const { port, tickSeconds, json, print } = options;
  const world = new World({}, { onLog: (_, line) => print(line) });
  const { bundle } = world.functionDefinition({ secretsManager: '', ims: '' });
  if (!existsSync(bundle)) throw new NotBuilt('the function is not built: npm run build');
  await world.start(port);
  const client = secretsManagerClient(world);
  const sample = sampleClient();
  world.ims.registerClient(sample);
  print(
    json
      ? JSON.stringify({ servers: serversOf(world), environment: variablesOf(world) })
      : instructions(world),
  );
  const tick = (): unknown =>
    world.lambda.invoke(world.functionName, { action: 'tick' }, { type: 'Event' });
  const schedule = setInterval(tick, tickSeconds * 1000);
  try {
    // The event rule renews it at once.
    await onboard(world, client, name, consoleDownload(sample));
    tick();
    await delay(longest, undefined, { signal: stopped }).catch(() => undefined);
  } finally {
    clearInterval(schedule);
    client.destroy();
    await world.stop();
  }
}

// The longest that a timer runs: 24 days.
const longest = 2 ** 31 - 1;

function serversOf({ aws, secretsManager, lambda, ims, productApi }: World) {
  return {
    aws: aws.url,
    secrets_manager: secretsManager.url,
    lambda: lambda.url,
    ims: ims.url,
    product_api: productApi.url,
  };
}

/** What any AWS SDK, AWS CLI and the operator's commands need to find this world. */
function variablesOf({ aws, ims, region }: World) {
  return {
    AWS_ENDPOINT_URL: aws.url,
    AWS_REGION: region,
    AWS_DEFAULT_REGION: region,
    AWS_ACCESS_KEY_ID: 'local',
    AWS_SECRET_ACCESS_KEY: 'local',
    IMS_ENDPOINT_URL: ims.url,
  };
}

function instructions(world: World): string {
  const secret = `${world.prefix}/${name}`;
  const exports = Object.entries(variablesOf(world)).map(
    ([key, value]) => `  export ${key}=${value}`,
  );
  return `The embedded world is up. Ctrl-C stops it.

  AWS              ${world.aws.url}
  Secrets Manager  ${world.secretsManager.url}
  Lambda           ${world.lambda.url}
  IMS              ${world.ims.url}
  product API      ${world.productApi.url}

Point a second terminal at it, for any AWS SDK or CLI:

${exports.join('\n')}

(An AWS CLI before 2.13 and a boto3 before 1.28 do not know the first of them:
give them --endpoint-url or endpoint_url, or they call the real AWS.)

Then look at it, and read the token:

  ${command} status
  ${command} doctor ${name} --mint
  aws secretsmanager get-secret-value --query SecretString --output text \\
    --secret-id ${secret}/token

The stand-in for IMS knows one client: take another credential from it.

  aws secretsmanager get-secret-value --query SecretString --output text \\
    --secret-id ${secret}/client \\
    > credential.json
  ${command} onboard another credential.json

What the rotator does, on its schedule and whenever a credential is stored:
`;
}
