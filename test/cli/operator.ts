import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { epochSeconds } from '../../core/instant.ts';
import { fingerprint } from '../../core/token-tags.ts';
import { encodeVersionId } from '../../core/version-id.ts';
import type { World, WorldOptions } from '../../local/world.ts';
import { digest } from '../support/builders.ts';
import { expectNoSecrets } from '../support/no-secrets.ts';
import { type Exit, RunningProcess } from '../support/run-process.ts';
import { type Rotator, startRotator } from '../support/start-rotator.ts';

/** What the package ships as `ims-token-rotator`. */
export const program = 'dist/cli/ims-token-rotator.mjs';

export interface Operator extends Rotator {
  /** Runs a command to its end; what it prints must hold no secret. */
  readonly cli: (...args: readonly string[]) => Promise<Exit>;
  /** The same with something on stdin. */
  readonly cliWithInput: (input: string, ...args: readonly string[]) => Promise<Exit>;
  /** A command that goes on. */
  readonly begin: (...args: readonly string[]) => RunningProcess;
  /** What a shell has to have set. */
  readonly environment: Record<string, string>;
  /** What no output may hold. */
  readonly secrets: Set<string>;
}

/** Somebody with a shell, and a rotator in the embedded world. */
export async function startOperator(options: WorldOptions = {}): Promise<Operator> {
  const rotator = await startRotator(options);
  const { world } = rotator;
  const environment: Record<string, string> = {
    AWS_ENDPOINT_URL: world.aws.url,
    IMS_ENDPOINT_URL: world.ims.url,
    AWS_REGION: world.region,
    AWS_ACCESS_KEY_ID: 'operator',
    AWS_SECRET_ACCESS_KEY: 'operator',
    // Neither this machine's profiles nor its metadata service.
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

/** The name of a file with this text, that nobody else may read. */
export async function fileWith(text: string, mode = 0o600): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'operator-'));
  onTestFinished(() => rm(directory, { recursive: true }));
  const file = join(directory, 'credential.json');
  await writeFile(file, text, { mode });
  return file;
}

const clientVersion = '00000000-0000-4000-8000-00000000c11e';

export interface Seed {
  /** Seconds from now; no token if it is left out. */
  readonly expiresIn?: number;
  /** @default 86400 */
  readonly lifetime?: number;
  /** Behind `failing `, with `credential=` and the fingerprint added. */
  readonly failing?: string;
  readonly tags?: Readonly<Record<string, string>>;
  /** Whether there is a client secret with a value. @default true */
  readonly client?: boolean;
  /** Seconds since the client secret was stored. @default 0 */
  readonly storedAgo?: number;
}

/** Puts a credential there as a rotator would have left it, without a call. */
export function seedCredential({ secretsManager, prefix }: World, name: string, seed: Seed): void {
  const { expiresIn, lifetime = 86_400, failing, client = true, storedAgo = 0 } = seed;
  const arn = secretsManager.seed({
    name: `${prefix}/${name}/client`,
    createdAt: Date.now() - storedAgo * 1000,
    ...(client ? { secretString: '{}', versionId: clientVersion } : {}),
  });
  const settings = seed.tags ?? {};
  const mark = fingerprint(digest, arn, clientVersion, settings);
  const status =
    failing === undefined
      ? {}
      : { 'ims-token-rotator:status': `failing ${failing} credential=${mark}` };
  const expiresAt = epochSeconds(Date.now() / 1000 + (expiresIn ?? 0));
  const versionId = encodeVersionId({ expiresAt, lifetime, fingerprint: mark }, digest(name));
  const issuedAgo = expiresIn === undefined ? storedAgo : Math.max(0, lifetime - expiresIn);
  secretsManager.seed({
    name: `${prefix}/${name}/token`,
    createdAt: Date.now() - issuedAgo * 1000,
    tags: { ...settings, ...status },
    ...(expiresIn === undefined ? {} : { versionId, secretString: '{"access_token":"x"}' }),
  });
}

/** RFC 3339, so many seconds from now. */
export function inSeconds(seconds: number): string {
  return new Date(Date.now() + seconds * 1000).toISOString().replace(/\.\d+Z$/, 'Z');
}
