import {
  CreateSecretCommand,
  PutSecretValueCommand,
  TagResourceCommand,
} from '@aws-sdk/client-secrets-manager';
import { expect } from 'vitest';
import type { KeyState } from '../../emulators/account/account.ts';
import type { World, WorldOptions } from '../../local/world.ts';
import { withoutOptions } from './complete-commands.ts';
import { type Operator, startOperator } from './operator.ts';

export interface Found {
  readonly section: string;
  readonly check: string;
  readonly verdict: 'ok' | 'failed' | 'unknown';
  readonly detail: string;
  readonly fix?: string;
}

export const api = (operator: Operator, ...more: readonly string[]): readonly string[] => [
  '--api',
  `${operator.world.productApi.url}/api/v3/scenarios`,
  ...['x-organization-id: 1', 'x-gw-region: or2'].flatMap((line) => ['--api-header', line]),
  ...more,
];

/** An operator whose credential `fusion` has a token after one tick. */
export async function startHealthy(options: WorldOptions = {}): Promise<Operator> {
  const operator = await startOperator(options);
  await operator.onboard('fusion');
  await operator.invoke({ action: 'tick' });
  const stored = await operator.read('fusion');
  operator.secrets.add(String(stored?.token['access_token']));
  return operator;
}

export async function checksOf(operator: Operator, ...args: readonly string[]) {
  const region = `--region ${operator.world.region}`;
  const given = [...args, ...region.split(' '), '--json'];
  const { code, stdout, stderr } = await operator.cli('doctor', ...given);
  // The note for a principal that may not list functions.
  expect(stderr.replace(/^looking under .* prefix is assumed.*\n/, '')).toBe('');
  const { healthy, checks: found } = JSON.parse(stdout) as {
    healthy: boolean;
    checks: readonly Found[];
  };
  const checks = found.map(({ fix, ...one }) =>
    fix === undefined ? one : { ...one, fix: withoutOptions(fix, region) },
  );
  expect(code).toBe(healthy ? 0 : 1);
  expect(healthy).toBe(!checks.some(({ verdict }) => verdict === 'failed'));
  const find = (title: string): Found => {
    const one = checks.find(({ check }) => check === title);
    if (one === undefined) throw new Error(`no check ${title} in ${stdout}`);
    return one;
  };
  return { code, checks, find };
}

/** The checks of a doctor that can see nothing of AWS. */
export async function blindChecksOf(
  operator: Operator,
  ...args: readonly string[]
): Promise<(title: string) => Found> {
  const { stdout } = await operator.cli('doctor', ...args, '--json');
  const { checks } = JSON.parse(stdout) as { readonly checks: readonly Found[] };
  return (title) => {
    const one = checks.find(({ check }) => check === title);
    if (one === undefined) throw new Error(`no check ${title} in ${stdout}`);
    return one;
  };
}

export const secretOf = ({ world }: Operator, kind: 'client' | 'token'): string =>
  world.secretId('fusion', kind);

/** Sets a tag of the token secret. */
export async function tagToken(operator: Operator, Key: string, Value: string): Promise<void> {
  const SecretId = secretOf(operator, 'token');
  await operator.client.send(new TagResourceCommand({ SecretId, Tags: [{ Key, Value }] }));
}

export async function putClient(operator: Operator, SecretString: string): Promise<void> {
  const SecretId = secretOf(operator, 'client');
  await operator.client.send(new PutSecretValueCommand({ SecretId, SecretString }));
}

/** Stores a token, or whatever else, by hand. */
export async function putToken(operator: Operator, value: object | string): Promise<void> {
  const SecretString = typeof value === 'string' ? value : JSON.stringify(value);
  const SecretId = secretOf(operator, 'token');
  await operator.client.send(new PutSecretValueCommand({ SecretId, SecretString }));
}

export const keyArn = 'arn:aws:kms:us-east-1:111122223333:key/1234abcd';

/** Creates the secrets of the credential `keyed` with a customer managed key in this state. */
export async function withKey(operator: Operator, state: KeyState): Promise<void> {
  const { world, client } = operator;
  setKey(world, 'Enabled');
  for (const kind of ['token', 'client'] as const) {
    const Name = world.secretId('keyed', kind);
    await client.send(new CreateSecretCommand({ Name, KmsKeyId: keyArn }));
  }
  setKey(world, state);
}

/** The customer managed key, in this state. */
export function setKey({ aws }: World, state: KeyState): void {
  aws.account.keys.set(keyArn, { arn: keyArn, state, manager: 'CUSTOMER' });
}
