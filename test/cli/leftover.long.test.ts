import {
  CreateSecretCommand,
  DeleteSecretCommand,
  PutResourcePolicyCommand,
  PutSecretValueCommand,
  RotateSecretCommand,
  TagResourceCommand,
  UpdateSecretCommand,
} from '@aws-sdk/client-secrets-manager';
import { describe, expect, it } from 'vitest';
import { tagKeys } from '../../core/contract.ts';
import { leftover, start } from './fates.ts';
import { keyArn, setKey } from './patient.ts';

const SecretId = 'ims-token-rotator/local/fusion/token';
const none = { token: 'empty', client: 'absent' };
const policy = '{"Version":"2012-10-17","Statement":[]}';
const tag = (Key: string, Value: string) =>
  new TagResourceCommand({ SecretId, Tags: [{ Key, Value }] });

type Client = Awaited<ReturnType<typeof start>>['client'];

describe('onboard, of a token secret that says that an earlier run created it', () => {
  it.each<[string, (client: Client) => Promise<unknown>, string, string]>([
    [
      'a resource policy',
      (client) => client.send(new PutResourcePolicyCommand({ SecretId, ResourcePolicy: policy })),
      'it has a resource policy',
      'empty',
    ],
    ['a pause', (client) => client.send(tag(tagKeys.paused, 'true')), tagKeys.paused, 'empty'],
    ['scopes', (client) => client.send(tag(tagKeys.scopes, 'admin')), tagKeys.scopes, 'empty'],
    [
      'a tag of theirs',
      (client) => client.send(tag('owner', 'me')),
      'it has the tag owner',
      'empty',
    ],
    [
      'a description that no run writes',
      (client) =>
        client.send(
          new UpdateSecretCommand({ SecretId, Description: `${leftover.description}, or not` }),
        ),
      'its description is another one',
      'empty',
    ],
    [
      'a key',
      (client) => client.send(new UpdateSecretCommand({ SecretId, KmsKeyId: keyArn })),
      'its key is another one',
      'empty',
    ],
    [
      'a value',
      (client) => client.send(new PutSecretValueCommand({ SecretId, SecretString: '{}' })),
      'exists already',
      'old',
    ],
    [
      'a deletion',
      (client) => client.send(new DeleteSecretCommand({ SecretId })),
      'is scheduled for deletion',
      'deleted',
    ],
  ])('refuses one with %s, and says so', async (_, prepare, text, token) => {
    const { world, client, cli, file, left } = await start('leftover');
    setKey(world, 'Enabled');
    await prepare(client);
    const { code, stderr } = await cli('onboard', 'fusion', file, '--wait', '0');
    expect(code).toBe(1);
    expect(stderr).toMatch(/^ERR_CREDENTIAL_EXISTS /);
    expect(stderr.replaceAll(/\s+/g, ' ')).toContain(text);
    expect(await left()).toEqual({ ...none, token });
  });

  it.each<[string, (client: Client) => Promise<unknown>, string, string]>([
    [
      'deletes',
      (client) => client.send(new DeleteSecretCommand({ SecretId, RecoveryWindowInDays: 7 })),
      'is scheduled for deletion',
      'deleted',
    ],
    ['pauses', (client) => client.send(tag(tagKeys.paused, 'true')), tagKeys.paused, 'empty'],
  ])('stores nothing beside one that somebody %s meanwhile', async (_, change, text, token) => {
    const { world, client, begin, file, left } = await start('leftover');
    setKey(world, 'Enabled');
    let isChanged = false;
    world.secretsManager.onCall(({ action }) => {
      if (action !== 'GetResourcePolicy' || isChanged) return;
      isChanged = true;
      void change(client);
    });
    const { code, stderr } = await begin('onboard', 'fusion', file, '--wait', '0').exit();
    expect(code).toBe(1);
    expect(stderr).toMatch(/^ERR_CREDENTIAL_EXISTS /m);
    expect(stderr.replaceAll(/\s+/g, ' ')).toContain(text);
    expect(await left()).toEqual({ ...none, token });
  });

  it.each([
    ['replicas', { primaryRegion: 'us-east-1' }, 'it is replicated'],
    ['a service that manages it', { owningService: 'appflow' }, 'appflow manages it'],
  ])('refuses one with %s, and says so', async (_, seed, text) => {
    const { world, cli, file, left } = await start('none');
    world.secretsManager.seed({ name: SecretId, ...leftover, createdAt: 0, ...seed });
    const { code, stderr } = await cli('onboard', 'fusion', file, '--wait', '0');
    expect(code).toBe(1);
    expect(stderr).toContain(text);
    expect(await left()).toEqual(none);
  });

  it('refuses one that somebody else’s function rotates, and says so', async () => {
    const { world, client, cli, file } = await start('leftover');
    const RotationLambdaARN = 'arn:aws:lambda:us-east-1:111122223333:function:theirs';
    world.secretsManager.registerRotationFunction(RotationLambdaARN, async () => undefined);
    await client.send(
      new RotateSecretCommand({
        SecretId,
        RotationLambdaARN,
        RotationRules: { AutomaticallyAfterDays: 30 },
        RotateImmediately: false,
      }),
    );
    await world.secretsManager.idle();
    const { code, stderr } = await cli('onboard', 'fusion', file, '--wait', '0');
    expect(code).toBe(1);
    expect(stderr).toContain('ERR_CREDENTIAL_EXISTS');
  });

  it('refuses one with other settings than those of this run', async () => {
    const { cli, file, left } = await start('leftover');
    const { code, stderr } = await cli('onboard', 'fusion', file, '--renew-before', 'PT8H');
    expect(code).toBe(1);
    expect(stderr).toContain(`its tag ${tagKeys.renewBefore} is not as wanted now`);
    expect(await left()).toEqual(none);
  });

  it('refuses one whose policy it is not authorized to see', async () => {
    const { world, cli, file, left } = await start('leftover');
    const when = ({ action }: { readonly action: string }): boolean =>
      action === 'GetResourcePolicy';
    world.secretsManager.faults.inject({ kind: 'denied' }, { when });
    const { code, stderr } = await cli('onboard', 'fusion', file, '--wait', '0');
    expect(code).toBe(1);
    expect(stderr).toMatch(/^ERR_AWS_DENIED .*GetResourcePolicy/);
    expect(await left()).toEqual(none);
  });

  it('uses one with the same settings', async () => {
    const { world, cli, client, file, left } = await start('none');
    const Tags = [{ Key: tagKeys.renewBefore, Value: 'PT8H' }];
    const Description = leftover.description;
    await client.send(new CreateSecretCommand({ Name: SecretId, Description, Tags }));
    const args = ['onboard', 'fusion', file, '--wait', '0', '--renew-before', 'PT8H'];
    const young = await cli(...args);
    expect(young.stderr).toContain('another onboard has just created');
    const tags = { [tagKeys.renewBefore]: 'PT8H' };
    world.secretsManager.seed({ name: SecretId, ...leftover, tags, createdAt: 0 });
    expect(await cli(...args)).toMatchObject({ code: 0 });
    expect(await left()).toEqual({ token: 'empty', client: 'new' });
  });
});
