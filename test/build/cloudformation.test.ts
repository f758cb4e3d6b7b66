import { execFile } from 'node:child_process';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { App, CloudFormationValidatePlugin } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { unzipSync } from 'fflate';
import { beforeAll, describe, expect, it } from 'vitest';
import { type StackTemplate, stackTemplate } from '../../build/cloudformation/stack-template.ts';
import type { ImsTokenRotatorSettings } from '../../infra/ims-token-rotator-settings.ts';
import { ImsTokenRotatorStack } from '../../infra/ims-token-rotator-stack.ts';
import { PrivateCa } from '../support/certificates.ts';
import {
  fillIn,
  type ParameterisedTemplate,
  type Resource,
  referencesIn,
} from '../support/cloudformation.ts';
import { startDeployment } from '../support/deployed-rotator.ts';
import { read, root } from '../support/document.ts';
import { roleStatements, statementsOf } from '../support/iam.ts';
import { temporaryDirectory } from '../support/temporary-directory.ts';

const { context } = JSON.parse(read('cdk.json'));
const account = 'eu-west-1:111122223333';
const keyArn = `arn:aws:kms:${account}:key/1234abcd-12ab-34cd-56ef-1234567890ab`;
const otherKeyArn = `arn:aws:kms:${account}:key/00001111-12ab-34cd-56ef-1234567890ab`;
const topicArn = `arn:aws:sns:${account}:pager`;
const credentials = { fusion: { product: 'workfront-fusion' } };
const bucket = { CodeBucket: 'our-code' };

async function built(settings: ImsTokenRotatorSettings) {
  const { template, archives } = await stackTemplate(settings, context);
  return { template: template as unknown as ParameterisedTemplate, archives };
}

/** The resources of the stack that CDK deploys. */
function resourcesByCdk(settings: ImsTokenRotatorSettings): Readonly<Record<string, Resource>> {
  const stack = new ImsTokenRotatorStack(new App({ context }), 'ImsTokenRotator', { settings });
  return Template.fromStack(stack).toJSON()['Resources'];
}

/**
 * Resources without what differs by intent: where the code is, the name of the schedule group, the
 * id of the subscription, which CDK takes from the address, a dependency on what may not exist, and
 * the acknowledgements of cdk-nag.
 */
function comparable(resources: Readonly<Record<string, Resource>>): unknown {
  const [{ Properties: { Name: group = '' } = {} } = {}] = Object.values(resources).filter(
    ({ Type }) => Type === 'AWS::Scheduler::ScheduleGroup',
  );
  const entries = Object.entries(resources).map(
    ([id, { DependsOn = [], Metadata, ...resource }]) => [
      resource.Type === 'AWS::SNS::Subscription' ? 'Subscription' : id,
      {
        ...resource,
        DependsOn: [DependsOn]
          .flat()
          .filter((one) => !/KeysPolicy/.test(one))
          .sort(),
      },
    ],
  );
  return JSON.parse(JSON.stringify(Object.fromEntries(entries)), (key, value) => {
    if (key === 'S3Bucket' || key === 'S3Key') return key;
    const isGroup = JSON.stringify(value) === JSON.stringify(group);
    return isGroup ? 'the name of the group' : value;
  });
}

let standard: Awaited<ReturnType<typeof built>>;

beforeAll(async () => {
  standard = await built({ credentials });
});

describe('the resources of the template are those that CDK deploys', () => {
  it.each([
    ['without parameters', {}, {}],
    ['with another name', { RotatorName: 'prod' }, { rotatorName: 'prod' }],
    [
      'with alarms by mail',
      { AlarmEmail: 'ops@example.com' },
      { alarms: { emails: ['ops@example.com'] } },
    ],
    ['with alarms to a topic', { AlarmTopicArn: topicArn }, { alarms: { topicArn } }],
    ['with a key', { KeyArn: keyArn }, { keyArn }],
    [
      'with everything',
      { KeyArn: keyArn, AlarmEmail: 'ops@example.com', LogRetentionDays: 365 },
      { keyArn, alarms: { emails: ['ops@example.com'] }, logRetentionDays: 365 },
    ],
  ])('%s', (_, parameters, settings) => {
    const { Resources } = fillIn(standard.template, { ...bucket, ...parameters });
    expect(comparable(Resources)).toEqual(comparable(resourcesByCdk({ credentials, ...settings })));
  });

  it('with settings that shape it, and without any parameter but the bucket', async () => {
    const caCertificates = join(await temporaryDirectory(), 'ca.pem');
    await writeFile(caCertificates, new PrivateCa().cert);
    const settings: ImsTokenRotatorSettings = {
      rotatorName: 'team',
      prefix: 'team/adobe',
      credentials: { own: { keyArn: otherKeyArn, clientSecretRotation: true }, plain: {} },
      tickMinutes: 30,
      alarms: { emails: ['a@example.com', 'b@example.com'], thresholds: { pagePercent: 20 } },
      keyArn,
      vpcId: 'vpc-0123456789abcdef0',
      subnetIds: ['subnet-0123456789abcdef0', 'subnet-0123456789abcdef1'],
      securityGroupIds: ['sg-0123456789abcdef0'],
      proxy: { url: 'http://proxy.example.com:8080' },
      caCertificates,
      logRetentionDays: 7,
      validate: true,
      nativeRotation: true,
      retainSecrets: false,
      tracing: true,
    };
    const { template, archives } = await built(settings);
    const { Resources } = fillIn(template, bucket);
    const ours = Object.entries(comparable(Resources) as object);
    const byCdk = Object.entries(comparable(resourcesByCdk(settings)) as object);
    expect(Object.fromEntries(ours)).toEqual(Object.fromEntries(byCdk));
    expect(Object.keys(template.Parameters)).toEqual(
      expect.arrayContaining(['VpcId', 'SubnetIds', 'SecurityGroupIds']),
    );
    expect([...archives.values()].map((zip) => Object.keys(unzipSync(zip)))).toContainEqual([
      'ca.pem',
    ]);
    const changed = { ...bucket, SubnetIds: 'subnet-01234567', VpcId: 'vpc-01234567' };
    const [definition] = Object.values(fillIn(template, changed).Resources).filter(
      ({ Type }) => Type === 'AWS::Lambda::Function',
    );
    expect(definition?.Properties?.['VpcConfig']).toMatchObject({ SubnetIds: ['subnet-01234567'] });
  });
});

describe('the template', () => {
  it('uses every parameter and condition, and refers to nothing else', () => {
    const { Parameters, Rules, Conditions, Resources, Outputs } = standard.template;
    const known = [Parameters, Conditions, Resources].flatMap((part) => Object.keys(part));
    const used = new Set(referencesIn({ Rules, Conditions, Resources, Outputs }));
    const pseudo = [...used].filter((name) => name.startsWith('AWS::'));
    expect([...used].filter((name) => !known.includes(name) && !pseudo.includes(name))).toEqual([]);
    for (const name of [...Object.keys(Parameters), ...Object.keys(Conditions)]) {
      expect(used).toContain(name);
    }
  });

  it('says what the stack is for', () => {
    expect(standard.template).toMatchObject({
      AWSTemplateFormatVersion: '2010-09-09',
      Description: 'Keeps Adobe IMS access tokens fresh in Secrets Manager',
    });
  });

  it('needs no bootstrapped account and has nothing that only CDK reads', () => {
    const text = JSON.stringify(standard.template);
    for (const trace of [
      'BootstrapVersion',
      'cdk-bootstrap',
      'cdk-hnb659fds',
      'CDKMetadata',
      'aws:cdk',
    ]) {
      expect(text).not.toContain(trace);
    }
    expect(text).not.toMatch(/placeholder|0{8,}/i);
  });

  it('names the schedule group after the stack’s id, as the stack’s name may be too long', () => {
    const groups = Object.values(standard.template.Resources).filter(
      ({ Type }) => Type === 'AWS::Scheduler::ScheduleGroup',
    );
    const unique = { 'Fn::Select': [2, { 'Fn::Split': ['/', { Ref: 'AWS::StackId' }] }] };
    expect(groups.map(({ Properties }) => Properties?.['Name'])).toEqual([
      { 'Fn::Join': ['-', ['ims-token-rotator', unique]] },
    ]);
  });

  it('rejects two recipients of the alarms, and values that the settings reject', () => {
    const fill = (parameters: object) => () =>
      fillIn(standard.template, { ...bucket, ...parameters });
    expect(fill({ AlarmEmail: 'ops@example.com', AlarmTopicArn: topicArn })).toThrow(
      'AlarmEmail conflicts with AlarmTopicArn; give one of them',
    );
    expect(fill({ RotatorName: 'a b' })).toThrow('RotatorName cannot be a b');
    expect(fill({ KeyArn: 'alias/x' })).toThrow('KeyArn cannot be alias/x');
    expect(fill({ LogRetentionDays: 10 })).toThrow('LogRetentionDays cannot be 10');
    expect(() => fillIn(standard.template, {})).toThrow('CodeBucket has no value');
  });

  it('passes the validation that CDK’s own templates pass', async () => {
    const directory = await temporaryDirectory();
    const path = join(directory, 'template.json');
    await writeFile(path, JSON.stringify(standard.template));
    const { violations } = new CloudFormationValidatePlugin().validate({
      templatePaths: [path],
      stackTemplates: [
        { templatePath: path, stackConstructPath: 'S', accountId: undefined, region: undefined },
      ],
      appConstruct: new App(),
    });
    // An optional parameter is empty by default; it is used only where a condition says that it is not.
    const others = violations.filter(
      ({ ruleName, description }) => ruleName !== 'W1030' || !description.includes("default ''"),
    );
    expect(others).toEqual([]);
  });
});

describe('the zip file', () => {
  it('holds the function that this project’s tests run', async () => {
    const [[name = '', zip = new Uint8Array()] = []] = [...standard.archives];
    const parameters = { ...bucket, CodePrefix: 'rotator/' };
    const [definition] = Object.values(fillIn(standard.template, parameters).Resources).filter(
      ({ Type }) => Type === 'AWS::Lambda::Function',
    );
    const code = { S3Bucket: 'our-code', S3Key: `rotator/${name}` };
    expect(definition?.Properties?.['Code']).toEqual(code);
    const files = Object.entries(unzipSync(zip));
    expect(files.map(([file]) => file).sort()).toEqual(
      (await readdir(join(root, 'dist/lambda'))).sort(),
    );
    for (const [file, content] of files) {
      expect(Buffer.from(content).equals(await readFile(join(root, 'dist/lambda', file)))).toBe(
        true,
      );
    }
  });

  it('has the same bytes in every time zone', async () => {
    const print = `
      import { createHash } from 'node:crypto';
      import { archive } from '${join(root, 'build/cloudformation/archive.ts')}';
      const zip = await archive('${join(root, 'dist/lambda')}');
      console.log(createHash('sha256').update(zip).digest('hex'));`;
    const digests = await Promise.all(
      ['UTC', 'Asia/Tokyo', 'America/Los_Angeles'].map(async (TZ) => {
        const options = ['--input-type=module', '-e', print];
        const { stdout } = await promisify(execFile)(process.execPath, options, { env: { TZ } });
        return stdout.trim();
      }),
    );
    const [name = ''] = standard.archives.keys();
    expect(new Set(digests).size).toBe(1);
    expect(name).toBe(`ims-token-rotator-${digests[0]?.slice(0, 16)}.zip`);
  });
});

it('a deployment of the template renews the token of a credential that is stored', async () => {
  const parameters = { ...bucket, RotatorName: 'prod', KeyArn: keyArn };
  const template = Template.fromJSON({
    Resources: fillIn(standard.template, parameters).Resources,
  });
  const directory = await temporaryDirectory();
  await extract(standard.archives, directory);
  const statements = statementsOf(roleStatements(template), 'secretsmanager', 'kms');
  const deployed = await startDeployment({ template, statements, directory });
  const { secretsManager, lambda, ims } = deployed;
  expect(await deployed.tick()).toMatchObject({
    payload: { reasons: { 'credential-missing': 1 } },
  });
  ims.registerClient({ clientId: 'acme', clientSecrets: ['s'], scopes: ['openid'] });
  secretsManager.seed({
    name: 'ims-token-rotator/prod/fusion/client',
    secretString: JSON.stringify({ client_id: 'acme', client_secret: 's', scope: 'openid' }),
  });
  await secretsManager.idle();
  await lambda.idle();
  expect(deployed.delivered).toHaveLength(1);
  expect(await deployed.tick()).toMatchObject({ payload: { reasons: { 'recently-issued': 1 } } });
  expect(deployed.denied()).toEqual([]);
});

/** Unpacks each zip file as Lambda would, where the embedded world looks for it. */
async function extract(archives: StackTemplate['archives'], directory: string): Promise<void> {
  for (const [name, zip] of archives) {
    const folder = join(directory, `asset.${name.replace(/\.zip$/, '')}`);
    await mkdir(folder);
    for (const [file, content] of Object.entries(unzipSync(zip))) {
      await writeFile(join(folder, file), content);
    }
  }
}
