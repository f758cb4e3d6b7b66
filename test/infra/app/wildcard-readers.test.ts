import { App, Stack } from 'aws-cdk-lib';
import { AnyPrincipal } from 'aws-cdk-lib/aws-iam';
import { Key } from 'aws-cdk-lib/aws-kms';
import { beforeAll, describe, expect, it, vi } from 'vitest';
import { ImsTokenRotator } from '../../../infra/index.ts';
import type { Conditions } from '../../../infra/wildcard-readers.ts';
import { resources, synthesise } from './validated-app.ts';

vi.stubEnv('CDK_VALIDATION', 'true');

const organization = 'aws:PrincipalOrgID';
const paths = 'aws:PrincipalOrgPaths';
const account = 'aws:PrincipalAccount';
const arn = 'aws:PrincipalArn';
const role = 'arn:aws:iam::444455556666:role/reader';
const anyonesRole = 'arn:aws:iam::*:role/reader';

/** A policy variable, which IAM replaces. */
const variable = (name: string): string => `\${${name}}`;

const limiting: readonly Conditions[] = [
  { StringEquals: { [organization]: 'o-1' } },
  { StringLike: { [organization]: ['o-1', 'o-2'] } },
  { StringEquals: { [organization]: variable('aws:ResourceOrgID') } },
  { StringEquals: { [account]: variable('aws:ResourceAccount') } },
  { StringLike: { [account]: '444455556666' } },
  { 'ForAnyValue:StringLike': { [paths]: ['o-1/*', 'o-2/r-1/ou-*'] } },
  { 'ForAnyValue:StringEquals': { [paths]: 'o-1/r-1/' } },
  { StringEquals: { [arn]: role } },
  { ArnEquals: { [arn]: [role] } },
  { ArnLike: { [arn]: `${role}-*` } },
  { StringLike: { [arn]: `arn:aws:iam::${variable('aws:ResourceAccount')}:role/*` } },
  { StringEquals: { 'aws:SourceVpc': 'vpc-1' } },
  { StringLike: { 'aws:SourceVpce': 'vpce-1' } },
  { StringEquals: { [organization]: 'o-1' }, ArnLike: { [arn]: anyonesRole } },
  { StringLike: { [organization]: 'o-1', [arn]: anyonesRole } },
  { StringEquals: { [organization]: 'o-1' }, Bool: { 'aws:SecureTransport': 'true' } },
];

const metByAnybody: readonly Conditions[] = [
  {},
  { StringLike: { [organization]: '*' } },
  { StringLike: { [organization]: 'o-??????????' } },
  { StringLike: { [organization]: ['o-1', 'o-*'] } },
  { StringEquals: { [organization]: variable('aws:PrincipalOrgID') } },
  { StringEquals: { [organization]: variable("aws:PrincipalTag/x, 'o-1'") } },
  { StringEquals: { [organization]: [] } },
  { StringEqualsIfExists: { [organization]: 'o-1' } },
  { StringNotLike: { [organization]: 'o-1' } },
  { 'ForAllValues:StringEquals': { [paths]: 'o-1/r-1/' } },
  { Null: { [organization]: 'false' } },
  { StringLike: { [account]: '4444*' } },
  { StringEquals: { [account]: variable('aws:PrincipalAccount') } },
  { 'ForAnyValue:StringLike': { [paths]: ['o-1/*', 'o-*/r-1/*'] } },
  { 'ForAnyValue:StringLike': { [paths]: `${variable('aws:PrincipalOrgID')}/*` } },
  { ArnLike: { [arn]: anyonesRole } },
  { ArnLike: { [arn]: [role, anyonesRole] } },
  { StringLike: { [arn]: 'arn:aws:*:role/reader' } },
  { StringLike: { [arn]: variable('aws:PrincipalArn') } },
  { ArnLike: { [arn]: `arn:aws:iam::${variable('aws:PrincipalAccount')}:role/reader` } },
  { StringLike: { 'aws:SourceVpc': 'vpc-*' } },
  { StringEquals: { 'aws:SourceVpc': variable('aws:SourceVpc') } },
  { StringLike: { 'aws:SourceVpce': 'vpce-?' } },
  { StringEquals: { 'aws:PrincipalTag/team': 'readers' } },
  { IpAddress: { 'aws:SourceIp': '0.0.0.0/0' } },
];

const all = [...limiting, ...metByAnybody];
const readers = 'SECRET_POLICIES_NAME_THEIR_READERS';

/** A policy on a secret as a template has it, with everybody as the reader. */
const policyOf = (Condition: Conditions) => ({
  SecretId: 'x',
  BlockPublicPolicy: true,
  ResourcePolicy: {
    Version: '2012-10-17',
    Statement: [
      {
        Effect: 'Allow',
        Action: 'secretsmanager:GetSecretValue',
        Principal: { AWS: '*' },
        Resource: '*',
        ...(Object.keys(Condition).length > 0 && { Condition }),
      },
    ],
  },
});

const stack = new Stack(new App(), 'S', { env: { account: '111122223333', region: 'eu-west-1' } });
const rotator = new ImsTokenRotator(stack, 'R', { encryptionKey: new Key(stack, 'Key') });
const credential = rotator.addCredential('fusion');

const grant = (condition: Conditions) =>
  credential.grantRead(new AnyPrincipal().withConditions(condition));

describe('everybody as a reader', () => {
  let rejected: ReadonlySet<string>;

  beforeAll(() => {
    const declared = all.map((condition, index) => {
      const resource = ['AWS::SecretsManager::ResourcePolicy', policyOf(condition)] as const;
      return [`P${index}`, resource] as const;
    });
    const joined = (...parts: readonly unknown[]) =>
      [
        'AWS::SecretsManager::ResourcePolicy',
        policyOf({ ArnLike: { [arn]: { 'Fn::Join': ['', parts] } } }),
      ] as const;
    // As CDK resolves the ARN of a role in the stack's own partition.
    const ofPartition = (...rest: readonly unknown[]) =>
      joined('arn:', { Ref: 'AWS::Partition' }, ...rest);
    const { errors } = synthesise((app) =>
      resources(app, {
        ...Object.fromEntries(declared),
        Fixed: ofPartition(':iam::444455556666:role/r-*'),
        FixedToOwn: ofPartition(':iam::', { Ref: 'AWS::AccountId' }, ':role/r-*'),
        Open: ofPartition(':iam::*:role/r'),
        OpenInPart: ofPartition(':iam::', { 'Fn::Sub': '*' }, ':role/r'),
        OpenAtFirst: joined('arn:aws:iam::*:role/', ':iam::444455556666:'),
      }),
    );
    const own = errors.filter(({ rule }) => rule === readers);
    for (const { description } of own) expect(description).toContain('aws:PrincipalOrgID');
    rejected = new Set(own.map(({ path }) => path));
  });

  it.each(limiting.map((condition) => [condition]))(
    'is accepted by grantRead and by the Guard rule with %j',
    (condition) => {
      expect(() => grant(condition)).not.toThrow();
      expect(rejected).not.toContain(`S/P${all.indexOf(condition)}`);
    },
  );

  it.each(metByAnybody.map((condition) => [condition]))(
    'is rejected by grantRead and by the Guard rule with %j',
    (condition) => {
      expect(() => grant(condition)).toThrow('the reader is a wildcard');
      expect(rejected).toContain(`S/P${all.indexOf(condition)}`);
    },
  );

  it('is accepted in an ARN of the stack’s partition only with a fixed account', () => {
    for (const id of ['Fixed', 'FixedToOwn']) expect(rejected).not.toContain(`S/${id}`);
    for (const id of ['Open', 'OpenInPart', 'OpenAtFirst']) {
      expect(rejected).toContain(`S/${id}`);
    }
  });
});
