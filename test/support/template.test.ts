import { DescribeSecretCommand, TagResourceCommand } from '@aws-sdk/client-secrets-manager';
import { describe, expect, it } from 'vitest';
import { startEmulator } from '../emulators/secrets-manager/start-secrets-manager.ts';
import { seedTemplate } from './template.ts';

const template = {
  Resources: {
    Token: {
      Type: 'AWS::SecretsManager::Secret',
      Properties: { Name: 'a/token', Tags: [{ Key: 'team', Value: 'x' }] },
    },
    Topic: { Type: 'AWS::SNS::Topic' },
  },
};

describe('seedTemplate', () => {
  it('adds the tags of CloudFormation if a stack is given', async () => {
    const { client, emulator } = await startEmulator();
    const arns = seedTemplate(emulator, template, 'prod');
    const { ARN, Tags = [] } = await client.send(
      new DescribeSecretCommand({ SecretId: 'a/token' }),
    );
    expect(arns).toEqual(new Map([['Token', ARN]]));
    expect(Object.fromEntries(Tags.map(({ Key = '', Value }) => [Key, Value]))).toEqual({
      team: 'x',
      'aws:cloudformation:stack-name': 'prod',
      'aws:cloudformation:logical-id': 'Token',
      'aws:cloudformation:stack-id': expect.stringMatching(
        /^arn:aws:cloudformation:us-east-1:111122223333:stack\/prod\/[0-9a-f-]{36}$/,
      ),
    });
    // Nobody else can set these tags.
    const tags = [{ Key: 'aws:cloudformation:stack-name', Value: 'test' }];
    await expect(
      client.send(new TagResourceCommand({ SecretId: 'a/token', Tags: tags })),
    ).rejects.toMatchObject({ name: 'InvalidParameterException' });
  });

  it('adds no tags without a stack', async () => {
    const { client, emulator } = await startEmulator();
    seedTemplate(emulator, template);
    const { Tags } = await client.send(new DescribeSecretCommand({ SecretId: 'a/token' }));
    expect(Tags).toEqual([{ Key: 'team', Value: 'x' }]);
  });

  it('rejects a secret whose name is not literal', async () => {
    const { emulator } = await startEmulator();
    const Properties = { Name: { Ref: 'Other' } };
    const Resources = { Token: { Type: 'AWS::SecretsManager::Secret', Properties } };
    expect(() => seedTemplate(emulator, { Resources })).toThrow('the name of Token is not literal');
  });
});
