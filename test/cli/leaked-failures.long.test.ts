import { describe, expect, it } from 'vitest';
import type { ConsoleCall, ConsoleFault } from '../../emulators/console-api/fault.ts';
import type { ImsFault } from '../../emulators/ims/fault.ts';
import type { Call, SecretsManagerFault } from '../../emulators/secrets-manager/fault.ts';
import { callOf, type Kind } from './fates.ts';
import { expectAnswered, type LeakWorld, makeRoom, startLeak } from './leak-world.ts';

const args = ['leaked', 'fusion', '--yes', '--now'] as const;

type Break = (leak: LeakWorld) => void;

/** True from the nth call on that the predicate accepts. */
function from<Asked>(nth: number, predicate: (call: Asked) => boolean) {
  let count = 0;
  return (call: Asked): boolean => {
    if (!predicate(call)) return false;
    count += 1;
    return count >= nth;
  };
}

const aws =
  (action: string, kind: Kind, fault: SecretsManagerFault, nth = 1): Break =>
  ({ world }) => {
    const when = from<Call>(nth, callOf(action, kind));
    world.secretsManager.faults.inject(fault, { when });
  };

const console =
  (method: string, fault: ConsoleFault, nth = 1): Break =>
  ({ world }) => {
    const when = from<ConsoleCall>(nth, (call) => call.method === method);
    world.consoleApi.faults.inject(fault, { when });
  };

const ims =
  (path: string, fault: ImsFault, nth = 1): Break =>
  ({ world }) => {
    const when = from<{ readonly path: string }>(nth, (call) => call.path === path);
    world.ims.faults.inject(fault, { when });
  };

const invoke =
  (kind: 'denied' | 'reset' | 'reset-after'): Break =>
  ({ world }) =>
    world.aws.faults.inject({ kind }, { when: ({ action }) => action === 'InvokeFunction' });

const denied = { kind: 'denied' } as const;
const lost = { kind: 'reset-after' } as const;
const down = { kind: 'server-error', status: 503 } as const;
const refused = { kind: 'server-error', status: 403 } as const;
const mint = '/ims/token/v3';
const invalidation = '/ims/invalidate_token/v2';
const validation = '/ims/validate_token/v1';

// What is at Adobe after the first run, and what is stored: the leaked secret, or the new one.
type Left = readonly [atAdobe: string, stored: 'leaked' | 'new'];
const untouched: Left = ['leaked', 'leaked'];
const orphaned: Left = ['leaked and another', 'leaked'];
const stored: Left = ['leaked and another', 'new'];
const deleted: Left = ['another', 'new'];

async function leftOf({ adobe, leakedSecret, clientDocument }: LeakWorld): Promise<Left> {
  const values = adobe.liveSecrets.map(({ value }) =>
    value === leakedSecret ? 'leaked' : 'another',
  );
  const { client_secrets } = await clientDocument();
  const isOld = client_secrets.some(({ client_secret }) => client_secret === leakedSecret);
  return [values.join(' and '), isOld ? 'leaked' : 'new'];
}

async function clear({ world }: LeakWorld): Promise<void> {
  world.secretsManager.faults.clear();
  world.consoleApi.faults.clear();
  world.ims.faults.clear();
  world.aws.faults.clear();
  await world.lambda.idle();
}

/** Nothing but what the command has named is ever deleted at Adobe, and each of it once. */
function expectNamedOnly({ world, adobe }: LeakWorld, output: string): void {
  const gone = world.consoleApi.requests.filter(({ outcome }) => outcome === 'deleted');
  const byCommand = adobe.secrets.filter(
    ({ deletedBy }) => deletedBy !== undefined && deletedBy !== 'person',
  );
  for (const { uuid = '' } of gone) expect(output).toContain(uuid);
  expect(gone).toHaveLength(byCommand.length);
}

describe('leaked, run again after', () => {
  it.each<[string, Break, number | null, Left]>([
    ['no right to list the versions', aws('ListSecretVersionIds', 'client', denied), 1, untouched],
    ['IMS was down', ims(mint, down), 1, untouched],
    ['the Console was down', console('GET', down), 1, untouched],
    ['the tag was refused', aws('TagResource', 'client', denied), 1, untouched],
    ['the Console refused to add', console('POST', refused), 1, untouched],
    ['the Console failed to add', console('POST', down), 1, untouched],
    ['the added secret was lost', console('POST', { kind: 'lost-answer' }), 1, orphaned],
    ['the added secret was cut', console('POST', { kind: 'truncated-json' }), 1, orphaned],
    ['it could not be stored', aws('PutSecretValue', 'client', denied), 1, orphaned],
    [
      'AWS was down when it was stored',
      aws('PutSecretValue', 'client', { kind: 'reset' }),
      1,
      orphaned,
    ],
    ['the answer to storing was lost', aws('PutSecretValue', 'client', lost), 0, deleted],
    [
      'it could not be made current',
      aws('UpdateSecretVersionStage', 'client', denied),
      1,
      orphaned,
    ],
    [
      'AWS was down when it was made current',
      aws('UpdateSecretVersionStage', 'client', { kind: 'reset' }),
      1,
      orphaned,
    ],
    [
      'the answer to making it current was lost',
      aws('UpdateSecretVersionStage', 'client', lost),
      0,
      deleted,
    ],
    ['the second tag was refused', aws('TagResource', 'client', denied, 2), 1, deleted],
    ['no right to invoke the function', invoke('denied'), 1, stored],
    ['the function was out of reach', invoke('reset'), 1, stored],
    ['the answer of the function was lost', invoke('reset-after'), 0, deleted],
    ['IMS rejected the function', ims(mint, { kind: 'server-error', status: 400 }, 2), 1, stored],
    ['the token could not be stored', aws('PutSecretValue', 'token', denied), 1, stored],
    ['the Console was down for the deletion', console('GET', down, 2), 1, stored],
    ['the Console did not delete', console('DELETE', down), 1, stored],
    ['the answer to the deletion was lost', console('DELETE', { kind: 'lost-answer' }), 1, deleted],
    ['no right to list the tokens', aws('ListSecretVersionIds', 'token', denied), 1, untouched],
    ['no right to list them any more', aws('ListSecretVersionIds', 'token', denied, 2), 1, deleted],
    ['IMS did not invalidate', ims(invalidation, down), 1, deleted],
    ['IMS refused to invalidate', ims(invalidation, refused), 1, deleted],
    ['the second invalidation failed', ims(invalidation, refused, 2), 1, deleted],
    ['IMS did not validate', ims(validation, down), 1, deleted],
    ['IMS validated once', ims(validation, down, 2), 1, deleted],
    ['IMS was down for the proof', ims(mint, down, 3), 1, deleted],
    ['the last tag was refused', aws('TagResource', 'client', denied, 3), 1, deleted],
  ])('%s', async (_, breakIt, code, left) => {
    const leak = await startLeak();
    breakIt(leak);
    const first = await leak.answer();
    expect(first, first.stdout + first.stderr).toMatchObject({ code });
    if (code === 1) expect(first.stderr).toContain('ims-token-rotator leaked fusion');
    // An outage is no verdict on a token.
    expect(first.stderr).not.toContain('ERR_LEAK_UNPROVEN');
    expect(await leftOf(leak)).toEqual(left);
    await leak.remember();
    await clear(leak);
    if (code === 0) return await expectAnswered(leak, first);
    const found = left === orphaned ? await leak.answer() : undefined;
    if (found?.code === 1) makeRoom(leak, found);
    const second = found?.code === 0 ? found : await leak.answer();
    await expectAnswered(leak, second);
    expectNamedOnly(leak, first.stdout + first.stderr + second.stdout);
    // The second run goes on: it replaces the new secret by no other one.
    if (left[1] === 'new') expect(leak.adobe.secrets).toHaveLength(2);
  });

  it.each<[string, string, Kind, Left]>([
    ['before the secret was added', 'TagResource', 'client', untouched],
    ['when the secret was stored', 'PutSecretValue', 'client', orphaned],
    ['when the secret was made current', 'UpdateSecretVersionStage', 'client', stored],
    ['when the token was stored', 'PutSecretValue', 'token', stored],
    ['when the tokens were listed', 'ListSecretVersionIds', 'token', untouched],
  ])('it was killed %s', async (_, action, kind, [, wanted]) => {
    const leak = await startLeak();
    const running = leak.begin(...args);
    leak.world.secretsManager.faults.inject(lost, { when: callOf(action, kind) });
    leak.world.secretsManager.onCall(({ action: called, secretId = '' }) => {
      if (callOf(action, kind)({ action: called, secretId })) running.signal('SIGKILL');
    });
    expect(await running.exit()).toMatchObject({ code: null });
    await clear(leak);
    expect((await leftOf(leak))[1]).toBe(wanted);
    await leak.remember();
    await expectAnswered(leak, await leak.answer());
    expect(leak.adobe.secrets.length).toBeLessThanOrEqual(3);
  });
});
