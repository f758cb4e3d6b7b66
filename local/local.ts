import { existsSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { defaultTick, environmentVariables } from '../core/contract.ts';
import type { AlarmChange } from '../emulators/account/alarm-evaluation.ts';
import { outagePath } from '../emulators/ims/outage-switch.ts';
import { followSchedules } from './follow-schedules.ts';
import { onboard, secretsManagerClient } from './onboarding.ts';
import { allowOutages } from './outage.ts';
import { randomCredentials } from './random-credentials.ts';
import { sampleClient, sampleName, selfManaging, storedDocument } from './sample-credential.ts';
import { bundle, isPackaged, World } from './world.ts';

export interface LocalOptions {
  /** The first of seven consecutive ports, or 0 for any free ones. */
  readonly port: number;
  /** Seconds between two ticks. @default what the schedules say */
  readonly tickSeconds?: number | undefined;
  /** True to print the addresses as one line of JSON. */
  readonly json: boolean;
  readonly print: (line: string) => void;
  /** Serves the console of this world at a port. @returns its address */
  readonly serveConsole: (environment: Environment, port: number) => Promise<string>;
}

type Environment = Readonly<Record<string, string>>;

// Without --no, npx would fetch a package of that name from wherever it is not installed.
const command = isPackaged ? 'npx --no ims-token-rotator --' : 'npm run --silent rotator --';

// As often as CloudWatch does, and at least once between two ticks.
const evaluationMs = 60_000;

// The longest that a timer runs: 24 days.
const longestMs = 2 ** 31 - 1;

/** The function's bundle is missing. */
export class NotBuilt extends Error {}

/** Keeps the embedded world up, with one credential in it, until the signal aborts. */
export async function runLocal(options: LocalOptions, stopped: AbortSignal): Promise<void> {
  const { port, tickSeconds, json, print, serveConsole } = options;
  const world = new World(
    { credentials: randomCredentials() },
    { onLog: (_, line) => print(line) },
  );
  if (!existsSync(bundle)) throw new NotBuilt('the function is not built: npm run build');
  await world.start(port);
  const client = secretsManagerClient(world);
  const sample = world.ims.registerClient(selfManaging(sampleClient()));
  const environment = variablesOf(world);
  const consoleAddress = await serveConsole(environment, port === 0 ? 0 : port + 6).catch(
    async (error: unknown) => {
      await world.stop();
      throw error;
    },
  );
  print(
    json
      ? JSON.stringify({ console: consoleAddress, servers: serversOf(world), environment })
      : `${consoleAddress}\n\n${instructions(world)}`,
  );
  const mail = (change: AlarmChange): void => {
    for (const line of mailsOf(world, change)) print(line);
  };
  world.aws.account.onAlarm = mail;
  const evaluate = (): void => world.evaluateAlarms().forEach(mail);
  const timers = [
    setInterval(evaluate, Math.min(evaluationMs, (tickSeconds ?? defaultTick) * 1000)),
  ];
  if (tickSeconds !== undefined) {
    timers.push(setInterval(() => world.runSchedules(), tickSeconds * 1000));
  }
  try {
    // The event rule renews the credential at once. A tick meanwhile would mint a second token, and
    // use up the budget for a renewal by hand.
    await onboard(world, client, sampleName, storedDocument(sample));
    await world.secretsManager.idle();
    await world.lambda.idle();
    allowOutages(world, client, sample);
    await world.runSchedules();
    if (tickSeconds === undefined) await followSchedules(world, stopped);
    await delay(longestMs, undefined, { signal: stopped }).catch(() => undefined);
  } finally {
    for (const timer of timers) clearInterval(timer);
    client.destroy();
    await world.stop();
  }
}

/** What SNS mails of a change, one line for each address. */
function mailsOf({ aws }: World, { alarmName, to, reason, actions }: AlarmChange): string[] {
  return aws.account.subscriptions
    .filter(({ topicArn, confirmed }) => confirmed && actions.includes(topicArn))
    .map(({ endpoint }) => `mail to ${endpoint}: ${to}: "${alarmName}": ${reason}`);
}

function serversOf({ aws, secretsManager, lambda, ims, productApi, consoleApi }: World) {
  return {
    aws: aws.url,
    secrets_manager: secretsManager.url,
    lambda: lambda.url,
    ims: ims.url,
    product_api: productApi.url,
    console_api: consoleApi.url,
  };
}

/** The environment in which AWS SDKs, the AWS CLI and the operator's commands find this world. */
function variablesOf({ aws, ims, consoleApi, region, credentials }: World): Environment {
  return {
    AWS_ENDPOINT_URL: aws.url,
    AWS_REGION: region,
    AWS_DEFAULT_REGION: region,
    AWS_ACCESS_KEY_ID: credentials.accessKeyId,
    AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
    [environmentVariables.imsEndpointUrl]: ims.url,
    [environmentVariables.consoleEndpointUrl]: consoleApi.url,
  };
}

function instructions(world: World): string {
  const exports = Object.entries(variablesOf(world)).map(
    ([key, value]) => `  export ${key}=${value}`,
  );
  return `The embedded world is up, and its console at the address above, which works
once. Press Ctrl-C to stop it.

  AWS              ${world.aws.url}
  Secrets Manager  ${world.secretsManager.url}
  Lambda           ${world.lambda.url}
  IMS              ${world.ims.url}
  product API      ${world.productApi.url}
  Console API      ${world.consoleApi.url}

Set these in a second terminal, for any AWS SDK or CLI:

${exports.join('\n')}

(AWS CLI before 2.13 and boto3 before 1.28 ignore the first one: pass them
--endpoint-url or endpoint_url, or they call the real AWS.)

Then inspect the rotator and read the token:

  ${command} status
  ${command} doctor ${sampleName} --mint
  aws secretsmanager get-secret-value --query SecretString --output text \\
    --secret-id ${world.secretId(sampleName, 'token')}

See on the console how a renewal fails while IMS is down, and that it recovers:

  curl --noproxy '*' -X PUT ${world.ims.url}${outagePath}
  curl --noproxy '*' -X DELETE ${world.ims.url}${outagePath}

Raise an alarm by hand: the mail is shown here, and another one when it clears.

  aws cloudwatch describe-alarms --query 'MetricAlarms[].AlarmName'
  aws cloudwatch set-alarm-state --state-value ALARM \\
    --alarm-name ${world.functionName}-failing --state-reason 'delivery check'

The stand-in for IMS knows one client. Onboard it again under another name:

  umask 077
  aws secretsmanager get-secret-value --query SecretString --output text \\
    --secret-id ${world.secretId(sampleName, 'client')} \\
    > credential.json
  ${command} onboard another credential.json

The rotator's log, on its schedule and whenever a credential is stored:
`;
}
