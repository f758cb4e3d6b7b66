import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { tagKeys } from '../../core/contract.ts';
import { epochSeconds } from '../../core/instant.ts';
import { fingerprint } from '../../core/token-tags.ts';
import { encodeVersionId } from '../../core/version-id.ts';
import { sampleClient } from '../../local/sample-credential.ts';
import type { World, WorldOptions } from '../../local/world.ts';
import { digest } from '../support/builders.ts';
import { expectNoSecrets } from '../support/no-secrets.ts';
import { type Exit, RunningProcess } from '../support/run-process.ts';
import { type Rotator, startRotator } from '../support/start-rotator.ts';
import { temporaryDirectory } from '../support/temporary-directory.ts';

/** The program that the package ships as `ims-token-rotator`. */
export const program = 'dist/cli/ims-token-rotator.mjs';

export interface Operator extends Rotator {
  /** Runs a command to its end. Fails if its output holds a secret. */
  readonly cli: (...args: readonly string[]) => Promise<Exit>;
  /** The same with text on stdin. */
  readonly cliWithInput: (input: string, ...args: readonly string[]) => Promise<Exit>;
  /** Starts a command. */
  readonly begin: (...args: readonly string[]) => RunningProcess;
  /** The environment of the commands. */
  readonly environment: Record<string, string>;
  /** The secrets that no output may hold. */
  readonly secrets: Set<string>;
}

/** A shell, and a rotator in the embedded world. */
export async function startOperator(options: WorldOptions = {}): Promise<Operator> {
  const rotator = await startRotator(options);
  const { world } = rotator;
  const environment: Record<string, string> = {
    AWS_ENDPOINT_URL: world.aws.url,
    IMS_ENDPOINT_URL: world.ims.url,
    AWS_REGION: world.region,
    AWS_ACCESS_KEY_ID: 'operator',
    AWS_SECRET_ACCESS_KEY: 'operator',
    // Keeps out this machine's profiles and metadata service.
    AWS_CONFIG_FILE: '/dev/null',
    AWS_SHARED_CREDENTIALS_FILE: '/dev/null',
    AWS_EC2_METADATA_DISABLED: 'true',
  };
  const secrets = new Set<string>();
  const run = async (args: readonly string[], input?: string): Promise<Exit> => {
    const exit = await new RunningProcess(program, args, environment, input).exit();
    expectNoSecrets(exit.stdout + exit.stderr, [...secrets]);
    return exit;
  };
  return {
    ...rotator,
    environment,
    secrets,
    cli: (...args) => run(args),
    cliWithInput: (input, ...args) => run(args, input),
    begin: (...args) => new RunningProcess(program, args, environment),
    onboard: async (credential, document) => {
      const sample = await rotator.onboard(credential, document);
      for (const secret of sample.clientSecrets) secrets.add(secret);
      return sample;
    },
  };
}

/** Writes a text to a file that nobody else can read. @returns its name */
export async function fileWith(text: string, mode = 0o600): Promise<string> {
  const file = join(await temporaryDirectory(), 'credential.json');
  await writeFile(file, text, { mode });
  return file;
}

/** Resolves when the condition holds; the test's own timeout is the limit. */
export async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setImmediate(resolve));
}

/** A new client at IMS, whose secret no output may hold. */
export function registerClient({ world, secrets }: Operator) {
  const client = sampleClient();
  const [secret = ''] = client.clientSecrets;
  world.ims.registerClient(client);
  secrets.add(secret);
  return { ...client, secret };
}

const clientVersion = '00000000-0000-4000-8000-00000000c11e';

export interface Seed {
  /** Seconds from now; undefined for no token. */
  readonly expiresIn?: number | undefined;
  /** @default 86400 */
  readonly lifetime?: number | undefined;
  /** The status tag between `failing ` and ` credential=`. */
  readonly failing?: string | undefined;
  readonly tags?: Readonly<Record<string, string>> | undefined;
  /** False for a client secret without a value. @default true */
  readonly client?: boolean | undefined;
  /** Seconds since the client secret was stored. @default 0 */
  readonly storedAgo?: number | undefined;
}

/** Creates a credential in the state that a rotator leaves it in, without a call. */
export function seedCredential({ secretsManager, prefix }: World, name: string, seed: Seed): void {
  const { expiresIn, lifetime = 86_400, failing, client = true, storedAgo = 0 } = seed;
  const arn = secretsManager.seed({
    name: `${prefix}/${name}/client`,
    createdAt: Date.now() - storedAgo * 1000,
    secretString: client ? '{}' : undefined,
    versionId: clientVersion,
  });
  const settings = seed.tags ?? {};
  const mark = fingerprint(digest, arn, clientVersion, settings);
  const status =
    failing === undefined ? {} : { [tagKeys.status]: `failing ${failing} credential=${mark}` };
  const expiresAt = epochSeconds(Date.now() / 1000 + (expiresIn ?? 0));
  const versionId = encodeVersionId({ expiresAt, lifetime, fingerprint: mark }, digest(name));
  const issuedAgo = expiresIn === undefined ? storedAgo : Math.max(0, lifetime - expiresIn);
  secretsManager.seed({
    name: `${prefix}/${name}/token`,
    createdAt: Date.now() - issuedAgo * 1000,
    tags: { ...settings, ...status },
    versionId,
    secretString: expiresIn === undefined ? undefined : '{"access_token":"x"}',
  });
}

/** RFC 3339, that many seconds from now. */
export function inSeconds(seconds: number): string {
  return new Date(Date.now() + seconds * 1000).toISOString().replace(/\.\d+Z$/, 'Z');
}
