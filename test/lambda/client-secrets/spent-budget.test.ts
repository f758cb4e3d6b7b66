import { PutSecretValueCommand } from '@aws-sdk/client-secrets-manager';
import { describe, expect, it } from 'vitest';
import { parseEvent } from '../../../core/event.ts';
import type { Deps } from '../../../core/ports.ts';
import { renewEach } from '../../../lambda/commands/renew.ts';
import { runCommand } from '../../../lambda/run-command.ts';
import { tick } from '../../support/outcomes.ts';
import { clientSecretOf, readToken } from '../../support/start-parts.ts';
import { rotationSteps } from '../../support/start-rotating.ts';
import {
  ClientSecretId,
  documentOf,
  type RotatingClient,
  startRotatingClient,
} from '../../support/start-rotating-client.ts';

const minute = 60;
const spent = { code: 'ERR_MINT_BUDGET_SPENT' };

/** Invokes the function as EventBridge does when a label of the client secret has moved. */
async function notice({ parts }: RotatingClient, overrides: Partial<Deps> = {}) {
  const event = {
    source: 'aws.secretsmanager',
    'detail-type': 'Secret Label Updated',
    resources: [],
    detail: { name: ClientSecretId, labelUpdated: 'AWSCURRENT' },
  };
  const run = parts.run(overrides);
  return await runCommand(run, parseEvent(event, run.config));
}

/** Tokens that somebody forces, one a minute. */
async function force({ parts }: RotatingClient, count: number): Promise<void> {
  for (let token = 1; token <= count; token += 1) {
    parts.clock.advance(minute);
    await renewEach(parts.run(), ['fusion'], { force: true }, () => undefined);
  }
}

/** The version of the client secret that the stored token was minted with. */
async function mintedWith({ parts }: RotatingClient): Promise<string> {
  const { SecretString = '' } = (await readToken(parts, 'fusion')) ?? {};
  return JSON.parse(SecretString).client_secret_version;
}

/** Passes the time that a run waits for. */
const sleeping = ({ parts }: RotatingClient, left: number) => ({
  sleep: (seconds: number) => {
    parts.clock.advance(seconds);
    return Promise.resolve();
  },
  remaining: () => left,
});

const failures = ({ parts }: RotatingClient) =>
  parts.lines.filter(({ level }) => level === 'error').map(({ fields }) => fields['code']);

describe('a rotation that follows a new token within ten minutes', () => {
  it('fails nothing: the first tick that the budget allows renews the token', async () => {
    const rotating = await startRotatingClient();
    await force(rotating, 1);
    expect(await rotating.rotateSecret()).toEqual([]);
    const old = await mintedWith(rotating);
    await expect(notice(rotating)).resolves.toMatchObject({
      credentials: [{ outcome: 'kept', reason: 'over-budget' }],
    });
    expect(await tick(rotating.parts.run())).toMatchObject([{ outcome: 'kept', failing: false }]);
    expect(await mintedWith(rotating)).toBe(old);
    rotating.parts.clock.advance(10 * minute);
    expect(await tick(rotating.parts.run())).toMatchObject([{ outcome: 'renewed' }]);
    expect(await mintedWith(rotating)).toBe((await rotating.labels())['AWSCURRENT']);
    expect(failures(rotating)).toEqual([]);
  });

  it('tells of the spent budget if the stored token does not last until then', async () => {
    const rotating = await startRotatingClient();
    await force(rotating, 1);
    await rotating.rotateSecret();
    const { config } = rotating.parts.run();
    const told = notice(rotating, { config: { ...config, tick: 86_400 } });
    await expect(told).rejects.toMatchObject(spent);
  });
});

it('a rotation that fails over and over leaves a request to a token that is due', async () => {
  const rotating = await startRotatingClient();
  const { parts, adobe } = rotating;
  // A person has added another, so that the step fails after it has requested a token.
  parts.secrets.add(adobe.addSecret('p8e-of-a-person-0123456789').value);
  await rotating.beginRotation();
  parts.clock.advance(9 * 60 * minute);
  let renewed = 0;
  for (let passed = 1; passed <= 180; passed += 1) {
    parts.clock.advance(minute);
    const create = rotating.step('createSecret', undefined, { remaining: () => 100 });
    await expect(create).rejects.toThrow();
    const outcomes = passed % 15 === 0 ? await tick(parts.run()) : [];
    renewed += outcomes.filter(({ outcome }) => outcome === 'renewed').length;
  }
  // It is due after 10 to 12 hours.
  expect(renewed).toBe(1);
  expect(failures(rotating)).toContain('ERR_CLIENT_SECRET_LIMIT');
});

describe('a step whose request the budget does not allow yet', () => {
  it.each([
    ['createSecret', 3],
    ['testSecret', 2],
  ] as const)('waits for that: %s after %i tokens', async (waiting, count) => {
    const rotating = await startRotatingClient();
    await force(rotating, count);
    rotating.parts.clock.advance(2 * minute);
    await rotating.beginRotation();
    const began = rotating.parts.clock.seconds;
    for (const step of rotationSteps) {
      await rotating.step(step, undefined, sleeping(rotating, 900));
      if (step === waiting) {
        const waited = Math.round(rotating.parts.clock.seconds - began);
        // Half of 20 seconds more, lest a step that runs twice at once go on twice at once.
        expect(waited).toBe(10 + (waiting === 'createSecret' ? 480 : 600));
      }
    }
    expect((await rotating.entries())[0]?.client_secret).not.toBe(clientSecretOf('fusion'));
    expect(failures(rotating)).toEqual([]);
  });

  it('waits as long as it has time, so that the next try succeeds', async () => {
    const rotating = await startRotatingClient();
    await force(rotating, 3);
    await rotating.beginRotation();
    const create = () => rotating.step('createSecret', undefined, sleeping(rotating, 600));
    await expect(create()).rejects.toMatchObject(spent);
    expect(rotating.live()).toHaveLength(1);
    await expect(create()).resolves.toMatchObject({ outcome: 'kept' });
    expect(rotating.live()).toHaveLength(2);
  });

  it('fails at once without that time', async () => {
    const rotating = await startRotatingClient();
    await force(rotating, 3);
    await rotating.beginRotation();
    const began = rotating.parts.clock.seconds;
    const create = rotating.step('createSecret', undefined, sleeping(rotating, 100));
    await expect(create).rejects.toMatchObject(spent);
    expect(rotating.parts.clock.seconds).toBe(began);
  });

  it('keeps what a rotation that is given up has added, until it may delete that', async () => {
    const rotating = await startRotatingClient();
    const { parts, client, adobe } = rotating;
    await rotating.beginRotation();
    await rotating.step('createSecret');
    const byHand = [clientSecretOf('fusion'), 'p8e-by-hand'];
    const document = { ...documentOf(adobe), client_secrets: byHand };
    const SecretString = JSON.stringify(document);
    await client.send(new PutSecretValueCommand({ SecretId: ClientSecretId, SecretString }));
    await force(rotating, 2);
    const minted = parts.ims.mintCount;
    const test = (left: number) => rotating.step('testSecret', undefined, sleeping(rotating, left));
    await expect(test(100)).rejects.toMatchObject(spent);
    expect(parts.ims.mintCount).toBe(minted);
    expect(rotating.live()).toHaveLength(2);
    expect(await rotating.labels()).toHaveProperty('AWSPENDING');
    await expect(test(900)).rejects.toMatchObject({ code: 'ERR_ROTATION_STALE' });
    expect(rotating.live()).toEqual([clientSecretOf('fusion')]);
  });
});
