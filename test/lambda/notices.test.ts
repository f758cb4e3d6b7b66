import {
  DeleteSecretCommand,
  DescribeSecretCommand,
  PutSecretValueCommand,
} from '@aws-sdk/client-secrets-manager';
import { describe, expect, it } from 'vitest';
import { tagKeys } from '../../core/contract.ts';
import { RotatorError } from '../../core/errors.ts';
import { parseEvent } from '../../core/event.ts';
import type { RunResult } from '../../core/run-result.ts';
import { runCommand } from '../../lambda/run-command.ts';
import { newMemory, type Run } from '../../lambda/steps/run.ts';
import { callsOf, secretId, setTag } from '../support/credential.ts';
import { countedTick, tick } from '../support/outcomes.ts';
import {
  clientSecretOf,
  type Parts,
  plainClient,
  readToken,
  seedCredential,
  startParts,
} from '../support/start-parts.ts';

const name = 'fusion';
const byHand = { action: 'renew', credential: name };
const document = {
  client_id: `client-${name}`,
  client_secret: clientSecretOf(name),
  scope: 'openid',
  ims_host: 'ims-na1.adobelogin.com',
};

/** With a token that is an hour old. */
async function startWithToken(): Promise<Parts> {
  const parts = await startParts();
  seedCredential(parts, name);
  await tick(parts.run());
  parts.clock.advance(3_600);
  return parts;
}

const labelEvent = (arn?: string) => ({
  source: 'aws.secretsmanager',
  'detail-type': 'Secret Label Updated',
  resources: arn === undefined ? [] : [arn],
  detail: { name: secretId(name, 'client'), labelUpdated: 'AWSCURRENT' },
});

/** The result, or the code of the error that fails the invocation. */
async function invoke(run: Run, event: unknown): Promise<RunResult | string> {
  try {
    return await runCommand(run, parseEvent(event, run.config));
  } catch (error) {
    return error instanceof RotatorError ? error.code : String(error);
  }
}

async function store(parts: Parts, more: object = {}): Promise<void> {
  const SecretString = JSON.stringify({ ...document, ...more });
  const command = new PutSecretValueCommand({ SecretId: secretId(name, 'client'), SecretString });
  await plainClient(parts).send(command);
}

/** Stores the same client secret again, as tools that copy secrets do. */
async function rewrite(parts: Parts): Promise<RunResult | string> {
  parts.clock.advance(300);
  await store(parts);
  return await invoke(parts.run(), labelEvent());
}

describe('the event of a stored client secret', () => {
  it('is no failure while the credential is paused, but a renewal by hand is', async () => {
    const parts = await startWithToken();
    await setTag(parts, name, tagKeys.paused, 'true');
    for (let times = 0; times < 3; times += 1) {
      expect(await rewrite(parts)).toMatchObject({ reasons: { paused: 1 }, outcomes: { kept: 1 } });
    }
    expect(parts.lines.filter(({ level }) => level === 'error')).toEqual([]);
    expect(parts.lines).toContainEqual({
      level: 'info',
      message: 'kept',
      fields: { credential: name, reason: 'paused', why: expect.stringContaining('is paused by') },
    });
    expect(await invoke(parts.run(), byHand)).toBe('ERR_PAUSED');
  });

  it('fails once for a rejected credential that is stored again and again', async () => {
    const parts = await startWithToken();
    parts.ims.client(document.client_id).removeSecret(document.client_secret);
    parts.clock.advance(20 * 3_600);
    const results: (RunResult | string)[] = [];
    for (let times = 0; times < 12; times += 1) results.push(await rewrite(parts));
    expect(results[0]).toBe('ERR_TOKEN_REJECTED');
    const [, ...others] = results;
    expect(others.filter((result) => typeof result === 'string')).toEqual([]);
    expect(others[0]).toMatchObject({
      reasons: { 'backing-off': 1 },
      credentials: [{ code: 'ERR_TOKEN_REJECTED' }],
    });
    expect(await invoke(parts.run(), byHand)).toBe('ERR_BACKING_OFF');
  });

  it('fails for a failure of AWS that begins, so that Lambda tries again', async () => {
    const parts = await startWithToken();
    const fault = { kind: 'internal-error' } as const;
    parts.secretsManager.faults.inject(fault, { when: callsOf('DescribeSecret') });
    expect(await rewrite(parts)).toBe('ERR_SECRET_UNAVAILABLE');
  });
});

describe('a renewal that a workload asks for', () => {
  it('is no failure when too many were asked for, but one by hand is', async () => {
    const parts = await startWithToken();
    const forced = { ...byHand, force: true };
    for (let times = 0; times < 10; times += 1) {
      parts.clock.advance(30);
      const replaces = (await readToken(parts, name))?.VersionId;
      const result = await invoke(parts.run(), { ...forced, replaces, notice: true });
      const outcome = times < 3 ? 'renewed' : 'kept';
      expect(result).toMatchObject({ outcomes: { [outcome]: 1 } });
    }
    expect(parts.metrics).not.toContainEqual(['Failing', 1]);
    expect(parts.lines.at(-2)).toMatchObject({
      message: 'kept',
      fields: { reason: 'over-budget', why: expect.stringContaining('next request is possible') },
    });
    const replaces = (await readToken(parts, name))?.VersionId;
    expect(await invoke(parts.run(), { ...forced, replaces })).toBe('ERR_MINT_BUDGET_SPENT');
  });

  it('fails once while IMS refuses a token that is not due yet, but each time by hand', async () => {
    const parts = await startWithToken();
    const memory = newMemory();
    const run = (): Run => ({ ...parts.run(), memory });
    const replaces = (await readToken(parts, name))?.VersionId;
    const forced = { ...byHand, force: true, replaces };
    const notice = async (seconds: number): Promise<RunResult | string> => {
      parts.clock.advance(seconds);
      return await invoke(run(), { ...forced, notice: true });
    };
    const isKnown = expect.objectContaining({ outcomes: { failed: 1 } });
    parts.ims.client(document.client_id).removeSecret(document.client_secret);
    expect(await notice(600)).toBe('ERR_TOKEN_REJECTED');
    expect(await notice(600)).toEqual(isKnown);
    expect(await invoke(run(), forced)).toBe('ERR_TOKEN_REJECTED');
    parts.ims.faults.inject({ kind: 'reset' });
    expect(await notice(600)).toBe('ERR_TOKEN_UNAVAILABLE');
    parts.ims.faults.clear();
    expect(await notice(1_800)).toBe('ERR_TOKEN_REJECTED');
    parts.clock.advance(600);
    // Another sandbox knows nothing of it.
    expect(await invoke(parts.run(), { ...forced, notice: true })).toBe('ERR_TOKEN_REJECTED');
  });

  it('fails if there is no good token', async () => {
    const parts = await startWithToken();
    parts.ims.client(document.client_id).lifetimeSeconds = 60;
    const forced = { ...byHand, force: true, notice: true };
    for (let times = 0; times < 3; times += 1) {
      const replaces = (await readToken(parts, name))?.VersionId;
      expect(await invoke(parts.run(), { ...forced, replaces })).toBeTypeOf('object');
    }
    parts.clock.advance(61);
    const replaces = (await readToken(parts, name))?.VersionId;
    expect(await invoke(parts.run(), { ...forced, replaces })).toBe('ERR_MINT_BUDGET_SPENT');
  });
});

describe('a client secret that only lends', () => {
  it('is left alone when it gets a new value, and its borrower is renewed', async () => {
    const parts = await startWithToken();
    parts.secretsManager.seed({ name: secretId('reports', 'token') });
    const client = plainClient(parts);
    const { ARN = '' } = await client.send(
      new DescribeSecretCommand({ SecretId: secretId(name, 'client') }),
    );
    const config = { ...parts.run().config, clientSecrets: new Map([['reports', ARN]]) };
    await tick(parts.run({ config }));
    const invocation = (): Promise<RunResult | string> =>
      invoke(parts.run({ config }), labelEvent(ARN));
    expect(await invocation()).toMatchObject({ managed: 2 });
    await client.send(new DeleteSecretCommand({ SecretId: secretId(name, 'token') }));
    // In the first minutes of an hour, a missing token secret is news.
    parts.clock.advance(3_600 - (parts.clock.seconds % 3_600));
    parts.lines.length = 0;
    await store(parts, { org_id: 'X@AdobeOrg' });
    expect(await invocation()).toMatchObject({
      managed: 1,
      outcomes: { renewed: 1 },
      credentials: [{ name: 'reports', reason: 'credential-changed' }],
    });
    expect(parts.lines.filter(({ level }) => level === 'error')).toEqual([]);
    // By name, and as a credential of the stack, it is still expected to have a token.
    expect(await invoke(parts.run({ config }), byHand)).toBe('ERR_TOKEN_SECRET_MISSING');
    const declaring = { ...config, declared: new Set([name]) };
    const failing = await invoke(parts.run({ config: declaring }), labelEvent(ARN));
    expect(failing).toContain('ERR_TOKEN_SECRET_MISSING');
    expect(await countedTick(parts.run({ config }))).toMatchObject([{ credential: 'reports' }]);
  });
});
