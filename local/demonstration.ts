import { execFile } from 'node:child_process';
import { stat } from 'node:fs/promises';
import { relative } from 'node:path';
import type { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { GetSecretValueCommand } from '@aws-sdk/client-secrets-manager';
import { EnvHttpProxyAgent, request } from 'undici';
import { readProxy } from '../core/proxy.ts';
import { onboard, secretsManagerClient } from './onboarding.ts';
import { randomCredentials } from './random-credentials.ts';
import { consoleDownload, sampleName as name, sampleClient } from './sample-credential.ts';
import { bundle, World } from './world.ts';

/** A completed step, with its facts. No fact is secret. */
export interface Step {
  readonly title: string;
  readonly facts: Readonly<Record<string, string | number>>;
}

export interface DemonstrationOptions {
  /** A credential for the real IMS. @default a sample credential for the stand-in */
  readonly credential?: {
    readonly file: string;
    readonly document: string;
    /** What was understood of the file, for people. */
    readonly understood: string;
  };
  /** The origin of the real IMS. @default the host in the credential */
  readonly imsEndpointUrl?: string | undefined;
  /** Additional environment of the function. */
  readonly environment?: Readonly<Record<string, string>> | undefined;
}

interface StoredToken {
  readonly access_token: string;
  readonly expires_at: string;
  readonly client_id: string;
  readonly ims_host: string;
}

const longestAnswer = 65_536;

const root = fileURLToPath(new URL('..', import.meta.url));

/**
 * The main job from end to end: a credential is stored, a tick mints and stores its token, a
 * consumer reads the token and calls an API with it, and a second tick keeps it.
 *
 * @throws Error if a step fails
 */
export async function* demonstrate(options: DemonstrationOptions): AsyncGenerator<Step> {
  const world = new World({
    credentials: randomCredentials(),
    // With the event rule, the credential would be renewed before the first tick.
    eventRule: false,
    imsEndpointUrl: options.credential && (options.imsEndpointUrl ?? 'adobe'),
    environment: options.environment,
  });
  await world.start();
  const client = secretsManagerClient(world);
  try {
    yield worldStep(world, options);
    yield await buildStep();
    yield await storeStep(world, client, options);
    yield await tickStep(world, 'a tick mints and stores the token', 'renewed');
    const tokenName = world.secretId(name, 'token');
    const value = await client.send(new GetSecretValueCommand({ SecretId: tokenName }));
    const token: StoredToken = JSON.parse(value.SecretString ?? '');
    yield {
      title: 'a consumer reads it with a plain SDK client',
      facts: {
        secret: tokenName,
        access_token: masked(token.access_token),
        expires_at: token.expires_at,
      },
    };
    yield options.credential === undefined
      ? await productApiStep(world, token)
      : await validationStep(token, options.imsEndpointUrl);
    const second = await tickStep(world, 'a second tick keeps the fresh token', 'kept');
    if (options.credential !== undefined) {
      yield second;
      return;
    }
    if (world.ims.mintCount !== 1) {
      throw new Error(`IMS minted ${world.ims.mintCount} tokens instead of 1`);
    }
    yield { ...second, facts: { ...second.facts, tokens_minted: world.ims.mintCount } };
  } finally {
    client.destroy();
    await world.stop();
  }
}

function worldStep(world: World, options: DemonstrationOptions): Step {
  const ims =
    options.credential === undefined
      ? `${world.ims.url} (stand-in)`
      : (options.imsEndpointUrl ?? 'the real one, at the host of the credential');
  return {
    title: 'the embedded world is up',
    facts: {
      secrets_manager: world.secretsManager.url,
      ims,
      product_api: world.productApi.url,
      lambda: world.lambda.url,
    },
  };
}

async function buildStep(): Promise<Step> {
  await promisify(execFile)(process.execPath, ['build/main.ts'], { cwd: root });
  const { size } = await stat(bundle);
  return {
    title: 'the bundle that the stack deploys is built',
    facts: { file: relative(root, bundle), size: `${Math.round(size / 1024)} KiB` },
  };
}

async function storeStep(
  world: World,
  client: ReturnType<typeof secretsManagerClient>,
  { credential }: DemonstrationOptions,
): Promise<Step> {
  const sample = sampleClient();
  world.ims.registerClient(sample);
  await onboard(world, client, name, credential?.document ?? consoleDownload(sample));
  const facts =
    credential === undefined
      ? {
          form: "the Developer Console's project file",
          client_id: sample.clientId,
          client_secret: masked(sample.clientSecrets[0] ?? ''),
        }
      : { form: `the documented one, made from ${credential.file}` };
  return {
    title: 'a credential is stored',
    facts: { secret: world.secretId(name, 'client'), ...facts },
  };
}

async function tickStep(world: World, title: string, expected: string): Promise<Step> {
  const result = await world.lambda.invoke(world.functionName, { action: 'tick' });
  if (result.functionError !== undefined) {
    const { errorMessage } = result.payload as { errorMessage: string };
    throw new Error(`the function failed: ${errorMessage}`);
  }
  const { credentials } = result.payload as {
    credentials: { name: string; reason: string; outcome: string; expires_at: string }[];
  };
  const found = credentials.find((entry) => entry.name === name);
  if (found?.outcome !== expected) {
    throw new Error(`the tick should have ${expected} the token, but: ${JSON.stringify(found)}`);
  }
  const { reason, outcome, expires_at } = found;
  return { title, facts: { reason, outcome, expires_at } };
}

async function productApiStep(world: World, token: StoredToken): Promise<Step> {
  const path = '/api/v3/scenarios';
  const response = await fetch(`${world.productApi.url}${path}`, {
    headers: {
      authorization: `Bearer ${token.access_token}`,
      'x-api-key': token.client_id,
      'x-organization-id': '12345',
      'x-gw-region': 'or2',
    },
  });
  if (!response.ok) throw new Error(`the product API answered ${response.status}`);
  const { items } = (await response.json()) as { items: unknown[] };
  return {
    title: 'a product API accepts it',
    facts: { request: `GET ${path}`, status: response.status, scenarios: items.length },
  };
}

/** @see https://developer.adobe.com/developer-console/docs/guides/authentication/ */
async function validationStep(token: StoredToken, endpointUrl?: string): Promise<Step> {
  const url = `${endpointUrl ?? `https://${token.ims_host}`}/ims/validate_token/v1`;
  // As the function does, and undici does not: a proxy without a scheme, nothing from HTTP_PROXY, and
  // no HTTP/2.
  const proxy = readProxy(process.env);
  const dispatcher = new EnvHttpProxyAgent({
    httpProxy: '',
    httpsProxy: proxy?.url.reveal() ?? '',
    noProxy: proxy?.exceptions.join(',') ?? '',
    allowH2: false,
  });
  const response = await request(url, {
    dispatcher,
    method: 'POST',
    headers: {
      authorization: `Bearer ${token.access_token}`,
      'content-type': 'application/x-www-form-urlencoded',
    },
    body: new URLSearchParams({ type: 'access_token', client_id: token.client_id }).toString(),
    signal: AbortSignal.timeout(10_000),
  });
  const isValid = saysValid(await textOf(response.body));
  await dispatcher.destroy();
  if (!isValid) throw new Error('IMS does not say that the token is valid');
  return {
    title: 'IMS says that it is valid',
    facts: { request: `POST ${url}`, status: response.statusCode },
  };
}

/** A body that is too long for IMS is not read to its end. */
async function textOf(body: Readable): Promise<string> {
  let text = '';
  for await (const chunk of body.setEncoding('utf8')) {
    text += chunk;
    if (text.length > longestAnswer) break;
  }
  return text;
}

/** Shows nothing of another answer, which may repeat the token, as the parser's error would. */
function saysValid(text: string): boolean {
  try {
    return Object(JSON.parse(text)).valid === true;
  } catch {
    return false;
  }
}

/** The first characters of a secret: enough to recognise it, too few to use it. */
function masked(secret: string): string {
  return `${secret.slice(0, 4)}… (${secret.length} characters)`;
}
