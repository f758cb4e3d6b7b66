import {
  CreateSecretCommand,
  DeleteSecretCommand,
  GetSecretValueCommand,
  ListSecretsCommand,
  RotateSecretCommand,
  TagResourceCommand,
  UntagResourceCommand,
} from '@aws-sdk/client-secrets-manager';
import { describe, expect, it } from 'vitest';
import type { RequestContext } from '../../../emulators/wire/authorization.ts';
import { current, put, startEmulator, tokenWithVersions } from './start-secrets-manager.ts';

type Asked = [action: string, resource: string, context: RequestContext];

describe('authorize', () => {
  it('receives the action, the ARN and the condition keys', async () => {
    const asked: Asked[] = [];
    const { client } = await startEmulator({
      authorize: (...question) => asked.push(question) > 0,
    });
    const Tags = [{ Key: 'team', Value: 'content' }];
    const { ARN } = await client.send(new CreateSecretCommand({ Name: 'a', Tags }));
    const tags = [{ Key: 'stage', Value: 'prod' }];
    await client.send(new TagResourceCommand({ SecretId: 'a', Tags: tags }));
    await client.send(new UntagResourceCommand({ SecretId: 'a', TagKeys: ['stage'] }));
    await client.send(new ListSecretsCommand({}));
    const read = { SecretId: ARN, VersionStage: 'AWSPENDING' };
    await client.send(new GetSecretValueCommand(read)).catch(() => undefined);
    const everywhere = {
      'aws:RequestedRegion': 'us-east-1',
      'aws:PrincipalArn': 'arn:aws:iam::111122223333:user/local',
    };
    const team = {
      'aws:ResourceTag/team': 'content',
      'secretsmanager:ResourceTag/team': 'content',
    };
    expect(asked.slice(0, 2)).toEqual([
      [
        'secretsmanager:CreateSecret',
        'arn:aws:secretsmanager:us-east-1:111122223333:secret:a-??????',
        {
          ...everywhere,
          'secretsmanager:Name': 'a',
          'aws:RequestTag/team': 'content',
          'aws:TagKeys': ['team'],
        },
      ],
      [
        'secretsmanager:TagResource',
        ARN,
        {
          ...everywhere,
          ...team,
          'secretsmanager:SecretId': 'a',
          'aws:RequestTag/stage': 'prod',
          'aws:TagKeys': ['stage'],
        },
      ],
    ]);
    expect(asked[2]?.[2]).toMatchObject({ 'aws:TagKeys': ['stage'] });
    expect(asked[3]).toEqual(['secretsmanager:ListSecrets', '*', everywhere]);
    expect(asked[4]).toEqual([
      'secretsmanager:GetSecretValue',
      ARN,
      {
        ...everywhere,
        ...team,
        'secretsmanager:SecretId': ARN,
        'secretsmanager:VersionStage': 'AWSPENDING',
      },
    ]);
  });

  it('receives the settings of deletions and rotations, and the Region of a replica', async () => {
    const asked: Asked[] = [];
    const { client, emulator } = await startEmulator({
      authorize: (...question) => Promise.resolve(asked.push(question) < 0),
    });
    emulator.seed({ name: 'a', primaryRegion: 'eu-west-1' });
    const denied = { name: 'AccessDeniedException' };
    await expect(
      client.send(new DeleteSecretCommand({ SecretId: 'a', ForceDeleteWithoutRecovery: true })),
    ).rejects.toMatchObject(denied);
    await expect(
      client.send(new RotateSecretCommand({ SecretId: 'a', RotationLambdaARN: 'arn:f' })),
    ).rejects.toMatchObject(denied);
    expect(asked[0]?.[2]).toMatchObject({
      'secretsmanager:ForceDeleteWithoutRecovery': 'true',
      'secretsmanager:SecretPrimaryRegion': 'eu-west-1',
    });
    expect(asked[1]?.[2]).toMatchObject({ 'secretsmanager:RotationLambdaARN': 'arn:f' });
  });

  it('denies a call in the words of AWS, before carrying it out', async () => {
    const { client } = await startEmulator({
      authorize: (action) => action !== 'secretsmanager:PutSecretValue',
    });
    await tokenWithVersions(client, 0);
    await expect(put(client, 1)).rejects.toMatchObject({
      name: 'AccessDeniedException',
      $metadata: { httpStatusCode: 400 },
      message:
        'User: arn:aws:iam::111122223333:user/local is not authorized to perform: secretsmanager:PutSecretValue on resource: token because no identity-based policy allows the secretsmanager:PutSecretValue action',
    });
    await expect(current(client)).rejects.toMatchObject({ name: 'ResourceNotFoundException' });
  });

  it('causes an internal error if it throws, and the emulator keeps its error', async () => {
    const { client, emulator } = await startEmulator({
      authorize: () => {
        throw new Error('no luck');
      },
    });
    await expect(current(client)).rejects.toMatchObject({ name: 'InternalServiceError' });
    expect(emulator.errors).toEqual([new Error('no luck')]);
  });
});
