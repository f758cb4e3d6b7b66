import { PutSecretValueCommand } from '@aws-sdk/client-secrets-manager';
import { describe, expect, it } from 'vitest';
import { environmentVariables, tagKeys } from '../../core/contract.ts';
import { epochSeconds } from '../../core/instant.ts';
import { renewAt } from '../../core/renew-before.ts';
import { encodeVersionId } from '../../core/version-id.ts';
import { digest, hour } from '../support/builders.ts';
import { inSeconds, seedCredential, startOperator } from './operator.ts';

interface Shown {
  readonly healthy: boolean | null;
  readonly credentials: readonly {
    readonly name: string;
    readonly state: string;
    readonly failure?: { readonly code: string; readonly words: string };
    readonly expires_at?: string;
    readonly next_renewal_at?: string;
    readonly seconds_left?: number;
  }[];
}

/** A version id of the rotator, for a token from a client secret that the test does not have. */
function foreignTo({ expiresIn }: { readonly expiresIn: number }): string {
  const expiresAt = epochSeconds(Date.now() / 1000 + expiresIn);
  return encodeVersionId({ expiresAt, lifetime: 86_400, fingerprint: '0a0b0c0d' }, digest('x'));
}

/** The seconds that a token must have left to have become due one to five minutes ago. */
function dueLately(credential: string): number {
  const now = Math.floor(Date.now() / 1000);
  for (let expiresIn = 12 * hour; expiresIn < 14 * hour; expiresIn += 1) {
    const token = { expiresAt: epochSeconds(now + expiresIn), lifetime: 86_400 };
    const dueFor = now - renewAt(token, { credential, tick: 900, renewBefore: undefined });
    // Another second would be another token, with a time of its own.
    if (dueFor >= 60 && dueFor <= 300) return token.expiresAt + 0.01 - Date.now() / 1000;
  }
  throw new Error('no token is due');
}

function statesOf(stdout: string): Record<string, string> {
  const { credentials } = JSON.parse(stdout) as Shown;
  return Object.fromEntries(credentials.map(({ name, state }) => [name, state]));
}

describe('status', () => {
  it('shows every state from metadata alone, the most urgent first', async () => {
    const { world, cli } = await startOperator();
    const minutesAgo = (minutes: number): string => `since=${inSeconds(-60 * minutes)}`;
    const seeds = {
      fresh: { expiresIn: 20 * hour },
      'paused-too-long': { expiresIn: -2 * hour, tags: { [tagKeys.paused]: 'true' } },
      resting: { expiresIn: hour, tags: { [tagKeys.paused]: 'true' } },
      empty: { client: false },
      due: { expiresIn: dueLately('due') },
      overdue: { expiresIn: 11 * hour },
      'never-minted': { storedAgo: 2 * hour },
      'just-stored': { storedAgo: 60 },
      failing: {
        expiresIn: 5 * hour,
        failing: `code=ERR_TOKEN_REJECTED/invalid_client ${minutesAgo(100)} retry-at=${inSeconds(900)}`,
      },
      outage: { expiresIn: 9 * hour, failing: `code=ERR_TOKEN_UNAVAILABLE ${minutesAgo(50)}` },
      expired: { expiresIn: -hour },
      'credential-gone': { expiresIn: 18 * hour, client: false },
    } as const;
    for (const [name, seed] of Object.entries(seeds)) seedCredential(world, name, seed);
    world.secretsManager.seed({ name: `${world.prefix}/tokenless/client`, secretString: '{}' });
    world.secretsManager.seed({ name: `${world.prefix}/by-hand/client`, secretString: '{}' });
    world.secretsManager.seed({ name: `${world.prefix}/by-hand/token`, secretString: '{}' });
    world.secretsManager.seed({ name: 'ims-token-rotator/local/a/b/token' });

    const { code, stdout, stderr } = await cli('status', '--json');
    expect(code).toBe(1);
    expect(stderr).toBe('');
    expect(Object.entries(statesOf(stdout))).toEqual([
      ['paused-too-long', 'expired'],
      ['expired', 'expired'],
      ['tokenless', 'failing'],
      ['failing', 'failing'],
      ['outage', 'failing'],
      ['credential-gone', 'failing'],
      ['overdue', 'overdue'],
      ['never-minted', 'overdue'],
      ['due', 'due'],
      ['just-stored', 'due'],
      ['by-hand', 'foreign'],
      ['fresh', 'fresh'],
      ['empty', 'empty'],
      ['resting', 'paused'],
    ]);
    const failures = (JSON.parse(stdout) as Shown).credentials.flatMap(({ name, failure }) =>
      failure === undefined ? [] : [[name, failure.code]],
    );
    expect(failures).toEqual([
      ['tokenless', 'ERR_TOKEN_SECRET_MISSING'],
      ['failing', 'ERR_TOKEN_REJECTED/invalid_client'],
      ['outage', 'ERR_TOKEN_UNAVAILABLE'],
      ['credential-gone', 'ERR_CREDENTIAL_MISSING'],
    ]);
    const actions = world.secretsManager.calls.map(({ action }) => action);
    expect(new Set(actions)).toEqual(new Set(['ListSecrets']));
  });

  it('shows a table that explains each failure', async () => {
    const { world, cli } = await startOperator();
    seedCredential(world, 'fusion', { expiresIn: 20 * hour + 30 });
    seedCredential(world, 'firefly', {
      expiresIn: 3 * hour + 30,
      failing: `code=ERR_TOKEN_REJECTED/invalid_scope since=${inSeconds(-3 * hour)} retry-at=${inSeconds(900)}`,
    });
    const { stdout } = await cli('status');
    const lines = stdout.split('\n');
    expect(lines[0]).toBe('local: 2 credentials, 1 failing, 1 fresh');
    expect(lines[2]).toMatch(/^CREDENTIAL +STATE +LEFT +EXPIRES \(UTC\) +RENEWAL$/);
    expect(lines[3]).toMatch(/^firefly +failing +█░{7} 3 h +\d\d \w{3} \d\d:\d\d +\d\d \w{3} \d/);
    expect(lines[4]).toMatch(
      /^ {2}IMS rejects a scope: .*, for 3 h \(ERR_TOKEN_REJECTED\/invalid_scope\)$/,
    );
    expect(lines[5]).toContain('put-credential firefly FILE');
    expect(lines[6]).toMatch(/^fusion +fresh +█{7}░ 20 h +/);
    expect(stdout.trimEnd().split('\n')).toHaveLength(7);
  });

  it('reads the list to its end, although AWS sends an empty page first', async () => {
    const { world, cli } = await startOperator();
    world.secretsManager.hasEmptyPages = true;
    seedCredential(world, 'fusion', { expiresIn: 20 * hour });
    const { code, stdout } = await cli('status', '--json');
    expect({ code, states: statesOf(stdout) }).toEqual({ code: 0, states: { fusion: 'fresh' } });
  });

  it('exits with 0 when nobody has to act, and shows only the named credentials', async () => {
    const { world, cli } = await startOperator();
    for (const name of ['a', 'b', 'c']) seedCredential(world, name, { expiresIn: 20 * hour });
    expect(await cli('status')).toMatchObject({ code: 0 });
    const { stdout } = await cli('status', 'c', 'a', '--json');
    expect(Object.keys(statesOf(stdout))).toEqual(['a', 'c']);
    const missing = await cli('status', 'a', 'nope');
    expect(missing.code).toBe(1);
    expect(missing.stderr).toBe(
      'ERR_CREDENTIAL_NOT_FOUND no credential nope under ims-token-rotator/local/ (the list may lag up to 5 minutes)\n' +
        '  → choose one of a, b, c, or onboard it: ims-token-rotator onboard NAME FILE\n',
    );
  });

  it('shows the token that the rotator minted', async () => {
    const { cli, onboard, invoke, read } = await startOperator();
    await onboard('fusion');
    expect(statesOf((await cli('status', '--json')).stdout)).toEqual({ fusion: 'due' });
    await invoke({ action: 'tick' });
    const { stdout } = await cli('status', '--json');
    const { credentials } = JSON.parse(stdout) as Shown;
    expect(credentials[0]).toMatchObject({
      state: 'fresh',
      expires_at: (await read('fusion'))?.token['expires_at'],
    });
  });

  it('sorts and counts thousands of rows', async () => {
    const { world, cli } = await startOperator();
    for (let index = 0; index < 3_000; index += 1) {
      const late = index === 1_234 ? -60 : (15 + (index % 9)) * hour;
      seedCredential(world, `c${String(index).padStart(4, '0')}`, { expiresIn: late });
    }
    const { code, stdout } = await cli('status');
    const lines = stdout.trimEnd().split('\n');
    expect(code).toBe(1);
    expect(lines[0]).toBe('local: 3000 credentials, 1 expired, 2999 fresh');
    expect(lines[3]).toMatch(/^c1234 +expired +[1-9] min ago/);
    expect(lines).toHaveLength(3_003);
  });

  it('uses the tick of the function, and knows client secrets outside the prefix', async () => {
    const elsewhere = 'arn:aws:secretsmanager:us-east-1:111122223333:secret:team/adobe-AbCdEf';
    const { world, cli } = await startOperator({
      environment: {
        [environmentVariables.tickSeconds]: '7200',
        [environmentVariables.clientSecrets]: JSON.stringify({ imported: elsewhere }),
      },
    });
    seedCredential(world, 'slow', { expiresIn: 10 * hour });
    world.secretsManager.seed({
      name: `${world.prefix}/imported/token`,
      versionId: foreignTo({ expiresIn: 20 * hour }),
      secretString: '{}',
    });
    const { stdout } = await cli('status', '--json');
    expect(statesOf(stdout)).toEqual({ slow: 'due', imported: 'fresh' });
  });

  it('works for a principal that may only list secrets', async () => {
    const { world, cli } = await startOperator({
      authorize: (action) => action === 'secretsmanager:ListSecrets',
    });
    seedCredential(world, 'fusion', { expiresIn: 20 * hour });
    world.secretsManager.seed({
      name: `${world.prefix}/elsewhere/token`,
      versionId: foreignTo({ expiresIn: 20 * hour }),
      secretString: '{}',
      tags: {
        [tagKeys.status]: `failing code=ERR_CREDENTIAL_INVALID since=${inSeconds(-60)} retry-at=${inSeconds(840)} credential=0a0b0c0d`,
      },
    });
    world.secretsManager.seed({
      name: `${world.prefix}/never-minted/token`,
      tags: {
        [tagKeys.status]: `failing code=ERR_TOKEN_REJECTED/invalid_client since=${inSeconds(-60)} retry-at=${inSeconds(840)} credential=0a0b0c0d`,
      },
    });
    const { code, stdout } = await cli('status', '--json');
    expect(code).toBe(1);
    const states = statesOf(stdout);
    expect(states['fusion']).toBe('fresh');
    expect(states['elsewhere']).toBe('failing');
    expect(states['never-minted']).toBe('failing');
    expect(await cli('status', 'fusion', '--prefix', world.prefix)).toMatchObject({
      code: 0,
      stderr: '',
    });
  });
});

describe('a token whose expiry only its value shows', () => {
  it.each([
    ['stored by hand', {}],
    ['and whose renewal is paused', { [tagKeys.paused]: 'true' }],
  ])('is not called healthy by status, nor by doctor: %s', async (_, tags) => {
    const { world, cli } = await startOperator();
    seedCredential(world, 'other', { expiresIn: 20 * hour });
    seedCredential(world, 'fusion', { tags });
    const ended = { access_token: 'x'.repeat(40), expires_at: inSeconds(-hour) };
    const name = `${world.prefix}/fusion/token`;
    world.secretsManager.seed({ name, tags, secretString: JSON.stringify(ended) });
    const { code, stdout } = await cli('status', '--json');
    expect([code, (JSON.parse(stdout) as Shown).healthy]).toEqual([0, null]);
    const examined = await cli('doctor');
    expect(examined.stdout.replaceAll(/\s+/g, ' ')).toMatch(
      /\? state 2, none known to be failing, expired or overdue; only the values of 1 show when their tokens expire: fusion → ims-token-rotator doctor fusion/,
    );
  });
});

describe('status --watch', () => {
  it('prints a line of JSON for each update until Ctrl-C, and exits by the last', async () => {
    const { world, begin, client } = await startOperator();
    seedCredential(world, 'fusion', { expiresIn: 20 * hour });
    const watch = begin('status', '--watch', '--every', '1', '--json');
    await watch.printed(/"healthy":true/);
    await client.send(
      new PutSecretValueCommand({
        SecretId: world.secretId('fusion', 'token'),
        SecretString: 'by hand',
      }),
    );
    await watch.printed(/"state":"foreign"/);
    // Only the value shows whether it is a token, and when it expires.
    await watch.printed(/"healthy":null/);
    watch.signal('SIGINT');
    const { code, stdout, stderr } = await watch.exit();
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    for (const line of stdout.trimEnd().split('\n')) JSON.parse(line);
  });

  it('goes on while AWS does not answer, and ends when it refuses', async () => {
    const { world, begin } = await startOperator();
    const { faults } = world.secretsManager;
    const watch = begin('status', '--watch', '--every', '1', '--json');
    await watch.printed(/"credentials":\[\]/);
    faults.inject({ kind: 'error', type: 'InternalServiceError', message: '', status: 500 });
    await watch.printed(/secretsmanager:ListSecrets failed for now/, 'stderr');
    faults.clear();
    seedCredential(world, 'fusion', { expiresIn: 20 * hour });
    await watch.printed(/"name":"fusion"/);
    faults.inject({ kind: 'error', type: 'AccessDeniedException', message: '', status: 400 });
    const { code, stdout } = await watch.exit();
    expect(code).toBe(1);
    const { error } = JSON.parse(stdout.trimEnd().split('\n').at(-1) ?? '');
    expect(error).toMatchObject({
      code: 'ERR_AWS_DENIED',
      message: expect.stringContaining('secretsmanager:ListSecrets'),
    });
  });
});
