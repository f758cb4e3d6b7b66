import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { RotateSecretCommand } from '@aws-sdk/client-secrets-manager';
import { aws, type Case, localstack, moto, refuses } from '../case.ts';

/** Moving labels by compare-and-set, as a rotation does, and rotation itself. */
export const labelCases: readonly Case[] = [
  {
    title: 'AWSCURRENT moves to another version, and the old one becomes previous',
    source: moto('test_update_secret_version_stage_manually'),
    async run({ scratch }) {
      const [one, two] = [randomUUID(), randomUUID()];
      const secret = await scratch.createWith(one);
      await scratch.put(secret, two, { VersionStages: ['AWSPENDING'] });
      await scratch.label(secret, 'AWSCURRENT', { from: one, to: two });
      assert.deepEqual(await scratch.labels(secret, one, two), [
        ['AWSPREVIOUS'],
        ['AWSCURRENT', 'AWSPENDING'],
      ]);
    },
  },
  {
    title: 'a label does not move from a version that does not have it',
    source: aws('UpdateSecretVersionStage'),
    async run({ scratch }) {
      const [one, two, three] = [randomUUID(), randomUUID(), randomUUID()];
      const secret = await scratch.createWith(one, two);
      await scratch.put(secret, three, { VersionStages: ['AWSPENDING'] });
      const move = scratch.label(secret, 'AWSCURRENT', { from: one, to: three });
      await refuses(move, 'InvalidParameterException');
      assert.deepEqual(await scratch.labels(secret, two, three), [['AWSCURRENT'], ['AWSPENDING']]);
    },
  },
  {
    title: 'a move that was carried out is refused when it is repeated',
    source: aws('UpdateSecretVersionStage'),
    async run({ scratch }) {
      const [one, two] = [randomUUID(), randomUUID()];
      const secret = await scratch.createWith(one);
      await scratch.put(secret, two, { VersionStages: ['AWSPENDING'] });
      await scratch.label(secret, 'AWSCURRENT', { from: one, to: two });
      const repeated = scratch.label(secret, 'AWSCURRENT', { from: one, to: two });
      await refuses(repeated, 'InvalidParameterException');
    },
  },
  {
    title: 'a label that a version has does not move without that version in the request',
    source: moto('test_update_secret_version_stage_dont_specify_current_stage'),
    async run({ scratch }) {
      const [one, two] = [randomUUID(), randomUUID()];
      const secret = await scratch.createWith(one);
      await scratch.put(secret, two, { VersionStages: ['AWSPENDING'] });
      const text = `The parameter RemoveFromVersionId can't be empty. Staging label AWSCURRENT is currently attached to version ${one}, so you must explicitly reference that version in RemoveFromVersionId.`;
      await refuses(
        scratch.label(secret, 'AWSCURRENT', { to: two }),
        'InvalidParameterException',
        text,
      );
    },
  },
  {
    title: 'AWSPENDING can be removed, and a second removal is refused',
    source: aws('UpdateSecretVersionStage'),
    async run({ scratch }) {
      const [one, two] = [randomUUID(), randomUUID()];
      const secret = await scratch.createWith(one);
      await scratch.put(secret, two, { VersionStages: ['AWSPENDING'] });
      await scratch.label(secret, 'AWSPENDING', { from: two });
      assert.deepEqual(await scratch.labels(secret, one, two), [['AWSCURRENT'], []]);
      await refuses(
        scratch.label(secret, 'AWSPENDING', { from: two }),
        'InvalidParameterException',
      );
    },
  },
  {
    title: 'AWSCURRENT cannot be removed',
    source: aws('UpdateSecretVersionStage'),
    async run({ scratch }) {
      const id = randomUUID();
      const secret = await scratch.createWith(id);
      await refuses(scratch.label(secret, 'AWSCURRENT', { from: id }), 'InvalidParameterException');
    },
  },
  {
    title: 'a rotation needs a function',
    source: localstack('test_first_rotate_secret_with_missing_lambda_arn'),
    async run({ client, scratch }) {
      const { arn } = await scratch.createWith(randomUUID());
      await refuses(
        client.send(new RotateSecretCommand({ SecretId: arn })),
        'InvalidRequestException',
        /^No Lambda rotation function ARN is associated with this secret\.$/,
      );
    },
  },
  {
    title:
      'a rotation needs a function that Secrets Manager may invoke, and is not set up otherwise',
    source: localstack('test_rotate_secret_invalid_lambda_arn'),
    async run({ client, scratch }) {
      const id = randomUUID();
      const secret = await scratch.createWith(id);
      const [, , , region, account] = secret.arn.split(':');
      const RotationLambdaARN = `arn:aws:lambda:${region}:${account}:function:no-such-function`;
      await refuses(
        client.send(new RotateSecretCommand({ SecretId: secret.arn, RotationLambdaARN })),
        'AccessDeniedException',
      );
      assert.deepEqual(await scratch.labels(secret, id), [['AWSCURRENT']]);
    },
  },
];
