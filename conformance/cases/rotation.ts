import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import {
  CancelRotateSecretCommand,
  DescribeSecretCommand,
  type Filter,
  ListSecretsCommand,
  RotateSecretCommand,
  type RotateSecretCommandInput,
  type RotationRulesType,
  type SecretListEntry,
} from '@aws-sdk/client-secrets-manager';
import { aws, type Case, guide, localstack, moto, needed, refuses, type Subject } from '../case.ts';
import { failAtTag, stepsIn } from '../rotation-function.ts';
import type { ScratchSecret } from '../scratch.ts';

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;

/** Asks for a rotation by the function of the conformance suite. */
async function rotate(
  { client, extras }: Subject,
  { arn }: ScratchSecret,
  input: Partial<RotateSecretCommandInput> = {},
): Promise<string | undefined> {
  const RotationLambdaARN = needed(extras.rotationFunction, '--rotation-function ARN');
  const { VersionId } = await client.send(
    new RotateSecretCommand({ SecretId: arn, RotationLambdaARN, ...input }),
  );
  return VersionId;
}

function describe({ client }: Subject, { arn }: ScratchSecret) {
  return client.send(new DescribeSecretCommand({ SecretId: arn }));
}

/** What a description or a row of the list tells of the rotation. */
function rotationOf(told: SecretListEntry): object {
  const { RotationEnabled, NextRotationDate, LastRotatedDate } = told;
  return { RotationEnabled, NextRotationDate, LastRotatedDate };
}

/** The rules of a schedule are kept as given, and the next date is within these hours from now. */
function schedule(
  title: string,
  RotationRules: RotationRulesType,
  hours: readonly [number, number],
): Case {
  return {
    title: `a rotation ${title} has a next date, which goes when it is cancelled`,
    source: guide('rotate-secrets_schedule'),
    async run(subject) {
      needed(subject.extras.rotationFunction, '--rotation-function ARN');
      const id = randomUUID();
      const secret = await subject.scratch.createWith(id);
      const from = Date.now();
      await rotate(subject, secret, { RotationRules, RotateImmediately: false });
      await subject.eventually(async () => {
        const described = await describe(subject, secret);
        assert.deepEqual(described.RotationRules, RotationRules);
        const next = described.NextRotationDate?.getTime() ?? Number.NaN;
        const [least, most] = hours.map((hour) => from + hour * hourMs) as [number, number];
        // The window of a day ends with that day.
        assert.ok(next >= least - hourMs && next <= most + dayMs, `the next date is ${next}`);
        assert.equal(stepsIn(described.Tags).length, 1);
      });
      await subject.client.send(new CancelRotateSecretCommand({ SecretId: secret.arn }));
      const { RotationEnabled, NextRotationDate } = await describe(subject, secret);
      assert.deepEqual([RotationEnabled, NextRotationDate], [false, undefined]);
      assert.deepEqual(await subject.scratch.labels(secret, id), [['AWSCURRENT']]);
    },
  };
}

/** Rotation as Secrets Manager drives it. */
export const rotationCases: readonly Case[] = [
  {
    title: 'a rotation calls four steps in order, first with an empty AWSPENDING, and is dated',
    source: localstack('test_rotate_secret_with_lambda_success'),
    async run(subject) {
      needed(subject.extras.rotationFunction, '--rotation-function ARN');
      const { scratch, eventually, extras } = subject;
      const [one, two] = [randomUUID(), randomUUID()];
      const secret = await scratch.createWith(one);
      const RotationRules = { AutomaticallyAfterDays: 1 };
      assert.equal(await rotate(subject, secret, { ClientRequestToken: two, RotationRules }), two);
      await eventually(async () => {
        const { RotationEnabled, RotationLambdaARN, ...dated } = await describe(subject, secret);
        assert.ok(dated.LastRotatedDate instanceof Date, 'LastRotatedDate is absent');
        assert.ok(dated.NextRotationDate instanceof Date, 'NextRotationDate is absent');
        assert.deepEqual([RotationEnabled, RotationLambdaARN], [true, extras.rotationFunction]);
        assert.deepEqual(dated.RotationRules, RotationRules);
        assert.deepEqual(stepsIn(dated.Tags), [
          'createSecret: AWSPENDING empty',
          'setSecret: AWSPENDING own',
          'testSecret: AWSPENDING own',
          'finishSecret: AWSPENDING own',
        ]);
      });
      assert.deepEqual(await scratch.labels(secret, one, two), [['AWSPREVIOUS'], ['AWSCURRENT']]);
    },
  },
  {
    title: 'a row of the list has the dates of the rotation, as the description has',
    source: aws('SecretListEntry'),
    async run(subject) {
      needed(subject.extras.rotationFunction, '--rotation-function ARN');
      const { client, scratch, eventually } = subject;
      const secret = await scratch.createWith(randomUUID());
      await rotate(subject, secret, { RotationRules: { AutomaticallyAfterDays: 1 } });
      const Filters: Filter[] = [{ Key: 'name', Values: [secret.name] }];
      await eventually(async () => {
        const described = await describe(subject, secret);
        assert.ok(described.LastRotatedDate instanceof Date, 'LastRotatedDate is absent');
        const { SecretList = [] } = await client.send(new ListSecretsCommand({ Filters }));
        assert.deepEqual(SecretList.map(rotationOf), [rotationOf(described)]);
      });
    },
  },
  {
    title: 'a rotation that is only set up tests a copy of AWSCURRENT, whose label then goes',
    source: moto('test_rotate_secret_using_lambda_dont_rotate_immediately'),
    async run(subject) {
      needed(subject.extras.rotationFunction, '--rotation-function ARN');
      const { scratch, eventually } = subject;
      const [one, two] = [randomUUID(), randomUUID()];
      const secret = await scratch.createWith(one);
      await rotate(subject, secret, { ClientRequestToken: two, RotateImmediately: false });
      await eventually(async () => {
        const { Tags, LastRotatedDate } = await describe(subject, secret);
        assert.deepEqual(stepsIn(Tags), ['testSecret: AWSPENDING copy']);
        assert.equal(LastRotatedDate, undefined);
        assert.deepEqual(await scratch.labels(secret, one, two), [['AWSCURRENT'], []]);
      });
    },
  },
  {
    title:
      'a step that fails leaves the labels and sets no date, and its AWSPENDING refuses the next rotation',
    source: aws('RotateSecret'),
    async run(subject) {
      needed(subject.extras.rotationFunction, '--rotation-function ARN');
      const { client, scratch, eventually } = subject;
      const [one, two] = [randomUUID(), randomUUID()];
      const Tags = [{ Key: failAtTag, Value: 'createSecret' }];
      const secret = await scratch.create({ Tags });
      await scratch.put(secret, one);
      await rotate(subject, secret, { ClientRequestToken: two });
      await eventually(async () => {
        const steps = stepsIn((await describe(subject, secret)).Tags);
        assert.equal(steps[0], 'createSecret: AWSPENDING empty');
      });
      assert.deepEqual(await scratch.labels(secret, one, two), [['AWSCURRENT'], ['AWSPENDING']]);
      assert.equal((await describe(subject, secret)).LastRotatedDate, undefined);
      await refuses(rotate(subject, secret), 'InvalidRequestException');
      const cancel = new CancelRotateSecretCommand({ SecretId: secret.arn });
      assert.equal((await client.send(cancel)).VersionId, two);
      // Whoever cancels has to take the label off.
      assert.deepEqual(await scratch.labels(secret, one, two), [['AWSCURRENT'], ['AWSPENDING']]);
      await scratch.label(secret, 'AWSPENDING', { from: two });
      assert.deepEqual(await scratch.labels(secret, one, two), [['AWSCURRENT'], []]);
    },
  },
  schedule('by the day', { AutomaticallyAfterDays: 30 }, [30 * 24, 30 * 24]),
  schedule('at a rate', { ScheduleExpression: 'rate(12 hours)' }, [12, 12]),
  schedule('by cron', { ScheduleExpression: 'cron(0 8 1 * ? *)', Duration: '2h' }, [0, 31 * 24]),
  {
    title: 'rules that contradict each other, or rotate every three hours, are refused',
    source: guide('rotate-secrets_schedule'),
    async run(subject) {
      needed(subject.extras.rotationFunction, '--rotation-function ARN');
      const secret = await subject.scratch.createWith(randomUUID());
      for (const RotationRules of [
        { AutomaticallyAfterDays: 1, ScheduleExpression: 'rate(1 day)' },
        { ScheduleExpression: 'rate(3 hours)' },
      ]) {
        const rotation = rotate(subject, secret, { RotationRules });
        await refuses(rotation, 'InvalidParameterException');
      }
      assert.equal((await describe(subject, secret)).RotationLambdaARN, undefined);
    },
  },
];
