import {
  PutSecretValueCommand,
  RotateSecretCommand,
  TagResourceCommand,
  UpdateSecretVersionStageCommand,
} from '@aws-sdk/client-secrets-manager';
import { describe, expect, it } from 'vitest';
import { newLeakVersion } from '../../cli/rotator/leak-version.ts';
import { formatRotationState } from '../../core/client-secret-rotation.ts';
import { tagKeys } from '../../core/contract.ts';
import { epochSeconds } from '../../core/instant.ts';
import { storedDocument } from '../../local/sample-credential.ts';
import { digest } from '../support/builders.ts';
import { labelsOf } from '../support/start-rotating.ts';
import { type LeakWorld, startLeak, startRotated } from './leak-world.ts';
import { inSeconds } from './operator.ts';
import { checksOf } from './patient.ts';

async function setState(
  { client, world }: LeakWorld,
  state: Parameters<typeof formatRotationState>[0],
) {
  const SecretId = world.secretId('fusion', 'client');
  const Tags = [{ Key: tagKeys.rotation, Value: formatRotationState(state) }];
  await client.send(new TagResourceCommand({ SecretId, Tags }));
}

/** All that the function does in the four steps, and after them. */
async function rotate(versionId: string, leak: LeakWorld): Promise<void> {
  const { world, client, adobe, leakedSecret, secrets } = leak;
  const SecretId = world.secretId('fusion', 'client');
  const now = epochSeconds(Date.now() / 1000);
  await setState(leak, { kind: 'adding', since: now, versionId });
  const added = adobe.addSecret('p8e-rotated-0123456789abcdef');
  secrets.add(added.value);
  const document = { ...JSON.parse(storedDocument(adobe)), client_secrets: [added.value] };
  const value = { SecretId, SecretString: JSON.stringify(document), ClientRequestToken: versionId };
  await client.send(new PutSecretValueCommand({ ...value, VersionStages: ['AWSPENDING'] }));
  const from = await currentOf(leak);
  const move = { MoveToVersionId: versionId, RemoveFromVersionId: from };
  await client.send(
    new UpdateSecretVersionStageCommand({ SecretId, VersionStage: 'AWSCURRENT', ...move }),
  );
  const uuid = adobe.secrets.find((one) => one.value === leakedSecret)?.uuid ?? '';
  await setState(leak, { kind: 'retired', uuid, at: now });
  await leak.invoke({ action: 'renew', credential: 'fusion' });
}

async function currentOf({ client, world }: LeakWorld): Promise<string | undefined> {
  return (await labelsOf(client, world.secretId('fusion', 'client')))['AWSCURRENT'];
}

async function tagToken({ client, world }: LeakWorld, Key: string, Value: string): Promise<void> {
  const SecretId = world.secretId('fusion', 'token');
  await client.send(new TagResourceCommand({ SecretId, Tags: [{ Key, Value }] }));
}

/** As many requests for a token as the budget allows. */
function requests(count: number): string {
  return Array<string>(count).fill(inSeconds(0)).join(' ');
}

describe('rotate-client-secret', () => {
  it('has Secrets Manager rotate it, tells each step, and waits for the token', async () => {
    const leak = await startRotated(rotate);
    const { code, stdout, stderr } = await leak.cli('rotate-client-secret', 'fusion');
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toMatch(/^✓ began to rotate \S+\/fusion\/client into version [0-9a-f-]{36}$/m);
    expect(stdout).toMatch(/^✓ the new client secret is current$/m);
    const old = leak.adobe.secrets[0]?.uuid;
    expect(stdout).toMatch(
      new RegExp(`^✓ the earlier one, ${old}, is deleted at Adobe after \\S+Z`, 'm'),
    );
    expect(stdout).toMatch(/^✓ the token is renewed with it and expires at \S+Z$/m);
    expect((await leak.read('fusion'))?.token['client_secret_version']).toBe(await currentOf(leak));
  });

  it('says so if the rotation does not finish in time', async () => {
    const leak = await startRotated(() => Promise.reject(new Error('the Console is down')));
    const rotating = ['rotate-client-secret', 'fusion', '--wait', '1'];
    const { code, stderr } = await leak.cli(...rotating);
    expect(code).toBe(1);
    expect(stderr).toMatch(/^ERR_ROTATION_NOT_FINISHED \S+ is not rotated after 1 s/);
    const again = await leak.cli(...rotating);
    expect(again.stderr).toMatch(
      /^ERR_ROTATION_NOT_FINISHED an earlier rotation of \S+ is not complete\n[^;]*; a day after it began, this says how to end it: ims-token-rotator doctor fusion; after a leak: ims-token-rotator leaked fusion --version-id [\w-]{36}$/m,
    );
    const found = (await checksOf(leak, 'fusion')).find('client rotation');
    expect(found).toMatchObject({
      verdict: 'unknown',
      detail: expect.stringMatching(/^a rotation began \d+ s ago and is not complete$/),
    });
  });

  it('says so if somebody stores another credential meanwhile', async () => {
    const leak = await startRotated(async (versionId, begun) => {
      await rotate(versionId, begun);
      await begun.put(JSON.stringify(await begun.clientDocument()));
    });
    const { code, stderr } = await leak.cli('rotate-client-secret', 'fusion', '--wait', '20');
    expect(code).toBe(1);
    expect(stderr.replaceAll(/\s+/g, ' ')).toMatch(
      /^ERR_CREDENTIAL_CHANGED somebody else has stored another value in \S+ in the meantime, which stays → find out who; .* doctor fusion --mint $/,
    );
  });

  it('does not begin while an answer to a leak is not complete', async () => {
    const leak = await startRotated(rotate);
    const before = await currentOf(leak);
    const state = { kind: 'adding', since: epochSeconds(Date.now() / 1000) } as const;
    await setState(leak, { ...state, versionId: newLeakVersion(digest, 'replaced') });
    const { code, stderr } = await leak.cli('rotate-client-secret', 'fusion');
    expect(code).toBe(1);
    expect(stderr).toMatch(/^ERR_ROTATION_NOT_FINISHED an answer to a leak/);
    expect(stderr.replaceAll(/\s+/g, ' ')).toContain('→ ims-token-rotator leaked fusion');
    expect(await currentOf(leak)).toBe(before);
  });

  it('says when it goes on if the budget of tokens is used up meanwhile', async () => {
    const leak = await startRotated(async (_, begun) => {
      await tagToken(begun, tagKeys.requested, requests(3));
      throw new Error('over budget');
    });
    const { code, stdout } = await leak.cli('rotate-client-secret', 'fusion', '--wait', '2');
    expect(code).toBe(1);
    expect(stdout).toMatch(/just been requested, so that the function goes on after \S+Z$/m);
  });

  it.each([
    ['lacks', true],
    ['has', false],
  ])('put-credential warns if the file %s what a rotation needs', async (_, lacks) => {
    const leak = await startRotated(rotate);
    const { credential_id, ...rest } = await leak.clientDocument();
    const document = JSON.stringify(lacks ? rest : { credential_id, ...rest });
    const putting = ['put-credential', 'fusion', '-', '--wait', '0'];
    const { code, stderr } = await leak.cliWithInput(document, ...putting);
    expect(code, stderr).toBe(0);
    const warning =
      /^warning: the next rotation .* no credential_id, .*put-credential fusion FILE$/m;
    expect(warning.test(stderr)).toBe(lacks);
  });

  it('says how the rotation is switched on', async () => {
    const leak = await startLeak();
    const { code, stderr } = await leak.cli('rotate-client-secret', 'fusion');
    expect(code).toBe(1);
    expect(stderr).toMatch(/^ERR_ROTATION_OFF the rotation of \S+ is switched off/);
    expect(stderr).toContain('clientSecretRotation: true');
    expect(leak.adobe.secrets).toHaveLength(1);
  });

  it('says how it is switched on again where the stack has it on', async () => {
    const environment = {
      IMS_TOKEN_ROTATOR_DECLARED: 'fusion',
      IMS_TOKEN_ROTATOR_ROTATING: 'fusion',
    };
    const leak = await startLeak({ environment });
    const { code, stderr } = await leak.cli('rotate-client-secret', 'fusion');
    expect(code).toBe(1);
    expect(stderr).toContain('"Client secret rotation overdue"');
    expect(stderr).not.toContain('clientSecretRotation: true');
  });

  it.each([
    [
      'another function rotates it',
      'anothers',
      /ERR_ROTATION_OFF \S+ is rotated by another function/,
    ],
    [
      'the credential is paused',
      'paused',
      /ERR_PAUSED fusion is paused[^→]*→ find out first who paused it/,
    ],
    [
      'its budget of tokens is used up',
      'spent',
      /ERR_MINT_BUDGET_SPENT .*try again after \S+Z; after a leak: .*leaked fusion --version-id [\w-]{36}/s,
    ],
    [
      'all that is left of its budget is for a token that is due',
      'due',
      /ERR_MINT_BUDGET_SPENT .*try again after \S+Z/s,
    ],
  ])('does not begin if %s', async (_, state, expected) => {
    const leak = await startRotated(rotate);
    const { world, client } = leak;
    if (state === 'paused') await tagToken(leak, tagKeys.paused, 'true');
    else if (state === 'spent') await tagToken(leak, tagKeys.requested, requests(3));
    else if (state === 'due') {
      // The stored token has others.
      await tagToken(leak, tagKeys.scopes, 'openid AdobeID');
      await tagToken(leak, tagKeys.requested, requests(2));
    } else {
      const RotationLambdaARN = 'arn:aws:lambda:us-east-1:111122223333:function:vendor-rotation';
      world.secretsManager.registerRotationFunction(RotationLambdaARN, () => Promise.resolve());
      const SecretId = world.secretId('fusion', 'client');
      const request = { SecretId, RotationLambdaARN, RotateImmediately: false };
      await client.send(new RotateSecretCommand(request));
      await world.secretsManager.idle();
    }
    const before = await labelsOf(client, world.secretId('fusion', 'client'));
    const { code, stderr } = await leak.cli('rotate-client-secret', 'fusion');
    expect(code).toBe(1);
    expect(stderr).toMatch(expected);
    expect(await labelsOf(client, world.secretId('fusion', 'client'))).toEqual(before);
    expect(leak.adobe.secrets).toHaveLength(1);
  });

  it('shows the rotation in status and doctor', async () => {
    const leak = await startRotated(rotate);
    await leak.cli('rotate-client-secret', 'fusion');
    const { stdout } = await leak.cli('status', 'fusion');
    expect(stdout).toMatch(
      /^ {2}client secret: rotated \d+ s ago, next rotation \d\d \w{3} \d\d:\d\d$/m,
    );
    expect((await leak.cli('status')).stdout).not.toContain('client secret:');
    const json = JSON.parse((await leak.cli('status', '--json')).stdout);
    expect(json.credentials[0].client_secret).toMatchObject({ rotation_enabled: true });
    const doctor = await leak.cli('doctor', 'fusion', '--mint');
    expect(doctor.stdout).toMatch(/✓ client rotation +last \d+ s ago, next rotation/);
    expect(doctor.stdout).toMatch(/secrets at Adobe/);
  });
});
