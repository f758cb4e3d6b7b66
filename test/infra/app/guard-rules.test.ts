import { beforeAll, describe, expect, it, vi } from 'vitest';
import { type Finding, resources, synthesise } from './validated-app.ts';

vi.stubEnv('CDK_VALIDATION', 'true');

type Resource = readonly [type: string, properties: object];

const account = { Ref: 'AWS::AccountId' };
const nothing = { Ref: 'AWS::NoValue' };
const imported = { 'Fn::ImportValue': 'Imported' };
const attribute = { 'Fn::GetAtt': ['Topic', 'TopicArn'] };
const join = (...parts: readonly unknown[]) => ({ 'Fn::Join': ['', parts] });
const ofPartition = (...rest: readonly unknown[]) =>
  join('arn:', { Ref: 'AWS::Partition' }, ...rest);

const policy = (Action: string, more: object = {}) => ({
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Action, Resource: 'arn:aws:s3:::x/y', ...more }],
});
const inline = (Action: string) => ({
  Policies: [{ PolicyName: 'x', PolicyDocument: policy(Action) }],
});
const trust = { Principal: { Service: 'lambda.amazonaws.com' }, Resource: undefined };
const AssumeRolePolicyDocument = policy('sts:AssumeRole', trust);
const secretPolicy = (more: object): Resource => [
  'AWS::SecretsManager::ResourcePolicy',
  {
    SecretId: 'x',
    BlockPublicPolicy: true,
    ResourcePolicy: policy('secretsmanager:GetSecretValue', { Resource: '*', ...more }),
  },
];
const named = (AWS: unknown): Resource => secretPolicy({ Principal: { AWS } });
const provided = (Federated: unknown): Resource => secretPolicy({ Principal: { Federated } });
const limited = (operator: string, key: string, value: unknown): Resource =>
  secretPolicy({ Principal: '*', Condition: { [operator]: { [key]: value } } });
const sourced = (operator: string, key: string, value: unknown): Resource =>
  secretPolicy({
    Principal: { Service: 'appflow.amazonaws.com' },
    Condition: { [operator]: { [key]: value } },
  });
const log = {
  Runtime: 'nodejs24.x',
  Handler: 'index.handler',
  Role: 'arn:aws:iam::111122223333:role/x',
  Code: { ZipFile: 'x' },
};

const organization = 'aws:PrincipalOrgID';
const arn = 'aws:PrincipalArn';
const source = 'aws:SourceArn';

const rejected: Readonly<Record<string, Readonly<Record<string, Resource>>>> = {
  POLICIES_NAME_THEIR_ACTIONS: {
    OneLetter: ['AWS::IAM::Policy', { PolicyName: 'x', PolicyDocument: policy('s3:Get?bject') }],
    OfUser: [
      'AWS::IAM::UserPolicy',
      { PolicyName: 'x', UserName: 'x', PolicyDocument: policy('s3:*') },
    ],
    OfGroup: [
      'AWS::IAM::GroupPolicy',
      { PolicyName: 'x', GroupName: 'x', PolicyDocument: policy('s3:*') },
    ],
  },
  IDENTITIES_NAME_THEIR_ACTIONS: {
    InRole: ['AWS::IAM::Role', { AssumeRolePolicyDocument, ...inline('s3:Get?bject') }],
    InUser: ['AWS::IAM::User', inline('s3:*')],
    InGroup: ['AWS::IAM::Group', inline('s3:*')],
  },
  TOPIC_POLICIES_NAME_THEIR_ACTIONS: {
    OneLetterOfTopic: [
      'AWS::SNS::TopicPolicy',
      { Topics: ['x'], PolicyDocument: policy('sns:?ublish', { Principal: { AWS: account } }) },
    ],
    InTopic: [
      'AWS::SNS::TopicInlinePolicy',
      { TopicArn: 'x', PolicyDocument: policy('sns:*', { Principal: { AWS: account } }) },
    ],
  },
  SECRET_POLICIES_NAME_THEIR_ACTIONS: {
    OneLetterOfSecret: secretPolicy({
      Action: 'secretsmanager:Get?ecretValue',
      Principal: { AWS: account },
    }),
  },
  SECRET_POLICIES_NAME_THEIR_READERS: {
    Nothing: named(nothing),
    NothingBeforeAll: named(join(nothing, '*')),
    NothingBesideReference: named(join(account, nothing)),
    AllBesideReference: named(join('*', account)),
    AllBetween: named({ 'Fn::Join': ['*', ['', account]] }),
    AnyAccount: named('arn:aws:iam::*:role/reader'),
    Provider: provided(join('cognito-identity.', { Ref: 'AWS::URLSuffix' })),
    ProviderInList: provided([imported, join('accounts.', imported)]),
    NoOrganization: limited('StringEquals', organization, nothing),
    EmptyOrganizations: limited('StringEquals', organization, []),
    OrganizationOrAll: limited('StringLike', organization, [imported, '*']),
    NoAccount: limited('ArnLike', arn, join('arn:aws:iam::', nothing, '*:role/reader')),
    NoAccountOfPartition: limited('ArnLike', arn, ofPartition(':iam::', nothing, '*:role/x')),
    RoleOrAll: limited('ArnLike', arn, [attribute, 'arn:aws:iam::*:role/reader']),
    AnySource: sourced('ArnLike', source, ofPartition(':x:', { Ref: 'AWS::Region' }, ':*:x')),
    SourceOrAll: sourced('ArnLike', source, [attribute, 'arn:aws:appflow:*:*:flow/*']),
  },
  LOGS_HAVE_A_RETENTION: { Log: ['AWS::Logs::LogGroup', { RetentionInDays: nothing }] },
  FUNCTIONS_HAVE_A_LOG_GROUP: {
    Function: ['AWS::Lambda::Function', { ...log, LoggingConfig: { LogGroup: nothing } }],
  },
  TOPICS_ARE_ENCRYPTED: { Plain: ['AWS::SNS::Topic', { KmsMasterKeyId: nothing }] },
};

const accepted: Readonly<Record<string, Resource>> = {
  Topic: ['AWS::SNS::Topic', { KmsMasterKeyId: 'alias/alarms' }],
  Group: ['AWS::IAM::Group', inline('s3:GetObject')],
  Attribute: named(attribute),
  Imported: named(imported),
  JoinedReference: named(ofPartition(':iam::', account, ':root')),
  JoinedAttribute: named(join('arn:aws:iam::444455556666:role/', attribute)),
  JoinedImport: named(join('arn:aws:iam::', imported, ':root')),
  ProviderOfAccount: provided(ofPartition(':iam::', account, ':saml-provider/idp')),
  ProviderByParts: provided({ 'Fn::Join': [':', ['arn', 'aws', 'iam', '', account, 'x']] }),
  ProviderImported: provided(imported),
  OrganizationImported: limited('StringEquals', organization, imported),
  OrganizationInAnyCase: limited('StringEqualsIgnoreCase', organization, 'o-1'),
  Accounts: limited('StringEquals', 'aws:PrincipalAccount', [account, '444455556666']),
  RoleOfAccount: limited('ArnLike', arn, join('arn:aws:iam::', account, ':role/reader-*')),
  Roles: limited('ArnLike', arn, [attribute, ofPartition(':iam::', account, ':role/reader-*')]),
  SourceOrganization: sourced('StringEquals', organization, 'o-1'),
  Source: sourced('ArnLike', source, attribute),
  SourceOfRegion: sourced(
    'ArnLike',
    source,
    ofPartition(':appflow:', { Ref: 'AWS::Region' }, ':', account, ':flow/*'),
  ),
};

describe('the Guard rules', () => {
  let errors: readonly Finding[];

  beforeAll(() => {
    const declared = Object.assign({}, accepted, ...Object.values(rejected));
    ({ errors } = synthesise((app) => resources(app, declared)));
  });

  const rulesOf = (id: string): readonly string[] =>
    errors
      .filter(({ path, rule }) => path === `S/${id}` && /^[A-Z_]+$/.test(rule))
      .map(({ rule }) => rule);

  it.each(
    Object.entries(rejected).flatMap(([rule, byId]) => Object.keys(byId).map((id) => [rule, id])),
  )('%s rejects %s alone', (rule, id) => {
    expect(new Set(rulesOf(String(id)))).toEqual(new Set([rule]));
  });

  it.each(Object.keys(accepted))('accept %s', (id) => {
    expect(rulesOf(id)).toEqual([]);
  });

  it('have a message for each', () => {
    for (const { description } of errors) expect(description).not.toContain('Guard check');
  });
});
