import { once } from 'node:events';
import { parseArgs } from 'node:util';
import { onboard, secretsManagerClient } from './onboarding.ts';
import { consoleDownload, sampleClient } from './sample-credential.ts';
import { World } from './world.ts';

const usage = `Usage: npm run local -- [--port N]

Keeps the embedded world up until Ctrl-C: Secrets Manager, IMS, a product API and the rotator.

  --port N  the port of Secrets Manager; IMS, the product API and Lambda take those that follow
            (default: any that are free)
  --help    print this
`;

const tickMs = 15 * 60 * 1000;
const name = 'workfront-fusion';

function readPort(): number | 'help' {
  const { values } = parseArgs({
    options: { port: { type: 'string', default: '0' }, help: { type: 'boolean', default: false } },
  });
  if (values.help) return 'help';
  const port = Number(values.port);
  if (!Number.isInteger(port) || port < 0 || port > 65_532) {
    throw new Error(`--port must be a number from 0 to 65532, not ${values.port}`);
  }
  return port;
}

function instructions(world: World): string {
  const token = world.secretId(name, 'token');
  return `The embedded world is up. Ctrl-C stops it.

  Secrets Manager  ${world.secretsManager.url}
  IMS              ${world.ims.url}
  product API      ${world.productApi.url}
  Lambda           ${world.lambda.url}

Point any AWS SDK or CLI at it:

  export AWS_ENDPOINT_URL_SECRETS_MANAGER=${world.secretsManager.url} AWS_ENDPOINT_URL_LAMBDA=${world.lambda.url}
  export AWS_REGION=${world.region} AWS_ACCESS_KEY_ID=local AWS_SECRET_ACCESS_KEY=local
  aws secretsmanager get-secret-value --secret-id ${token} --query SecretString --output text
  aws lambda invoke --function-name ${world.functionName} --cli-binary-format raw-in-base64-out --payload '{"action":"status"}' status.json && cat status.json

An AWS CLI before 2.13 wants --endpoint-url URL instead of the first line.

What the rotator does, every 15 minutes and whenever a credential is stored:
`;
}

async function run(port: number): Promise<void> {
  // Also without a terminal, as in a container, this is how it ends.
  const stopped = Promise.race([once(process, 'SIGINT'), once(process, 'SIGTERM')]);
  const world = new World({}, { onLog: (_, line) => process.stdout.write(`${line}\n`) });
  await world.start(port);
  const sample = sampleClient();
  world.ims.registerClient(sample);
  const client = secretsManagerClient(world);
  process.stdout.write(instructions(world));
  // The event rule renews it at once.
  await onboard(world, client, name, consoleDownload(sample));
  client.destroy();
  const tick = (): unknown =>
    world.lambda.invoke(world.functionName, { action: 'tick' }, { type: 'Event' });
  const schedule = setInterval(tick, tickMs);
  await stopped;
  clearInterval(schedule);
  await world.stop();
}

try {
  const port = readPort();
  if (port === 'help') process.stdout.write(usage);
  else await run(port);
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : error}\n\n${usage}`);
  process.exitCode = 2;
}
