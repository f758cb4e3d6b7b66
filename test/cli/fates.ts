import { DescribeSecretCommand, GetSecretValueCommand } from '@aws-sdk/client-secrets-manager';
import { expect } from 'vitest';
import type { Call } from '../../emulators/secrets-manager/fault.ts';
import type { Exit } from '../support/run-process.ts';
import { withoutOptions } from './complete-commands.ts';
import { fileWith, type Operator, startOperator } from './operator.ts';

export const document =
  '{"client_id":"id-0123456789","client_secret":"p8e-0123456789","scope":"openid"}';
export const before = '{"client_id":"old","client_secret":"p8e-older-0123456789","scope":"openid"}';

/**
 * The fate of a call: AWS refuses it; its response is lost, and that of each retry; its response is
 * lost, and AWS refuses the retry; the command is killed after it.
 */
export type Fate = 'refused' | 'lost' | 'lost, then refused' | 'killed';
export type Kind = 'token' | 'client';
/** `deleted`: scheduled for deletion. */
export type Left = 'absent' | 'empty' | 'old' | 'new' | 'deleted';

/** A credential of which there is nothing, or what an `onboard` that was broken off has left, or all. */
export async function start(existing: 'none' | 'leftover' | 'both') {
  const operator = await startOperator();
  const { world, client } = operator;
  operator.secrets.add('p8e-0123456789');
  if (existing === 'both') {
    for (const kind of ['token', 'client'] as const) {
      world.secretsManager.seed({ name: world.secretId('fusion', kind), secretString: before });
    }
  }
  if (existing === 'leftover') {
    const name = world.secretId('fusion', 'token');
    world.secretsManager.seed({ name, ...leftover, createdAt: Date.now() - 130_000 });
  }
  const file = await fileWith(document);
  const describeSecret = (kind: Kind) =>
    client.send(new DescribeSecretCommand({ SecretId: world.secretId('fusion', kind) }));
  const leftOf = async (kind: Kind): Promise<Left> => {
    const SecretId = world.secretId('fusion', kind);
    const secret = await describeSecret(kind).catch(() => undefined);
    if (secret === undefined) return 'absent';
    if (secret.DeletedDate !== undefined) return 'deleted';
    if (secret.VersionIdsToStages === undefined) return 'empty';
    const { SecretString } = await client.send(new GetSecretValueCommand({ SecretId }));
    return SecretString?.includes('id-0123456789') ? 'new' : 'old';
  };
  const left = async () => ({ token: await leftOf('token'), client: await leftOf('client') });
  return { ...operator, file, describeSecret, left };
}

/** A token secret that `onboard` has created. */
export const leftover = {
  description:
    'Adobe IMS access token of the credential "fusion", created by onboard 0f1e2d3c-4b5a-4978-8695-a4b3c2d1e0ff',
};

export const callOf =
  (action: string, kind: Kind) =>
  ({ action: called, secretId = '' }: Pick<Call, 'action' | 'secretId'>): boolean =>
    called === action && new RegExp(`/${kind}(-\\w{6})?$`).test(secretId);

const isWrite = (action: string): boolean => !/^(Describe|Get|List)/.test(action);

/** Runs a command whose calls meet their fates. @returns its exit code; null if it was killed */
export async function run(
  { world, begin }: Pick<Operator, 'world' | 'begin'>,
  args: readonly string[],
  fates: readonly (readonly [action: string, kind: Kind, fate: Fate])[],
) {
  const { faults, calls } = world.secretsManager;
  const region = `--region ${world.region}`;
  const running = begin(...args, ...region.split(' '));
  for (const [action, kind, fate] of fates) {
    const isCall = callOf(action, kind);
    const earlier = calls.length;
    const hasWritten = (): boolean => calls.slice(earlier).some((one) => isWrite(one.action));
    // A read has its fate only when it looks what a write has done.
    const when = (call: Pick<Call, 'action' | 'secretId'>): boolean =>
      isCall(call) && (isWrite(action) || hasWritten());
    if (fate !== 'refused') {
      const times = fate === 'lost, then refused' ? 1 : undefined;
      faults.inject({ kind: 'reset-after' }, { when, times });
    }
    if (fate.endsWith('refused')) faults.inject({ kind: 'denied' }, { when });
    if (fate !== 'killed') continue;
    world.secretsManager.onCall(({ action: called, secretId }) => {
      if (when({ action: called, secretId })) running.signal('SIGKILL');
    });
  }
  const exit = await running.exit();
  faults.clear();
  return { ...exit, stderr: withoutOptions(exit.stderr, region) };
}

/** The call that looks what a write has done is refused. */
export const blindTo = (kind: Kind) => ['DescribeSecret', kind, 'refused'] as const;

/** Who must act can see which secrets a command that failed has changed. */
export function expectNamed(
  { world }: Operator,
  { code, stderr }: Exit,
  was: Readonly<Record<Kind, Left>>,
  left: Readonly<Record<Kind, Left>>,
): void {
  if (code !== 1) return;
  for (const kind of ['token', 'client'] as const) {
    if (left[kind] !== was[kind]) expect(stderr).toContain(world.secretId('fusion', kind));
  }
}
