import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App, DefaultStackSynthesizer, type IStackSynthesizer } from 'aws-cdk-lib';
import type {
  ImsTokenRotatorAlarmSettings,
  ImsTokenRotatorSettings,
} from '../../infra/ims-token-rotator-settings.ts';
import { ImsTokenRotatorStack } from '../../infra/ims-token-rotator-stack.ts';
import { settingsSchema, settingsSource } from '../settings-schema.ts';
import { archive, archiveName } from './archive.ts';
import { mergeTemplates } from './merge-templates.ts';
import { codeParameters, type Parameters, settingParameters } from './parameters.ts';
import { replacePlaceholders } from './replace-placeholders.ts';
import { propertiesOf, type Template } from './template.ts';

// The logical ids of some resources contain the id of the stack.
const stackId = 'ImsTokenRotator';

const projectName = 'ims-token-rotator';

export interface StackTemplate {
  /** The template, as JSON. */
  readonly template: Template;
  /** The zip files that it needs in the bucket, by name. */
  readonly archives: ReadonlyMap<string, Uint8Array>;
}

/**
 * The template of the rotator's stack for users without CDK. It is synthesized from the stack, with
 * a placeholder for each parameter and once for each choice that a parameter makes, so the resources
 * are those that CDK would deploy.
 *
 * @param context the context of the CDK app, whose flags shape the template
 */
export async function stackTemplate(
  settings: ImsTokenRotatorSettings,
  context: Readonly<Record<string, unknown>>,
): Promise<StackTemplate> {
  const parameters = settingParameters(settings, settingsSchema(await settingsSource()));
  const directory = await mkdtemp(join(tmpdir(), 'template-'));
  try {
    const merged = mergeVariants(settings, parameters, (variant) =>
      synthesize(variant, context, directory),
    );
    const { template, archives } = await archiveCode(merged, directory);
    const all = { ...codeParameters, ...parameters };
    return { template: withoutMetadata(assemble(template, all)), archives };
  } finally {
    await rm(directory, { recursive: true });
  }
}

const conditions = ['HasKeyArn', 'HasAlarmTopicArn', 'HasAlarmEmail'] as const;

/** Alarms by mail, to a topic and to nobody, each with a key and without one. */
function mergeVariants(
  settings: ImsTokenRotatorSettings,
  parameters: Parameters,
  synthesized: (variant: ImsTokenRotatorSettings) => Template,
): Template {
  const text = (name: string): string => String(parameters[name]?.placeholder);
  const { alarms: { emails = [], thresholds } = {}, vpcId, subnetIds, securityGroupIds } = settings;
  const common: ImsTokenRotatorSettings = {
    ...settings,
    rotatorName: text('RotatorName'),
    logRetentionDays: Number(parameters['LogRetentionDays']?.placeholder),
    vpcId: vpcId && text('VpcId'),
    subnetIds: subnetIds && [text('SubnetIds')],
    securityGroupIds: securityGroupIds && [text('SecurityGroupIds')],
  };
  const withAlarms = (recipients: ImsTokenRotatorAlarmSettings): Template => {
    const alarms = { ...recipients, thresholds };
    const withKey = synthesized({ ...common, alarms, keyArn: text('KeyArn') });
    return mergeTemplates(
      'HasKeyArn',
      withKey,
      synthesized({ ...common, alarms, keyArn: undefined }),
    );
  };
  const byMail = withAlarms({ emails: [text('AlarmEmail'), ...emails.slice(1)] });
  const toTopic = withAlarms({ topicArn: text('AlarmTopicArn') });
  const toSomebody = mergeTemplates('HasAlarmTopicArn', toTopic, withAlarms({}));
  return mergeTemplates('HasAlarmEmail', byMail, toSomebody);
}

function synthesize(
  settings: ImsTokenRotatorSettings,
  context: Readonly<Record<string, unknown>>,
  outdir: string,
): Template {
  const app = new App({ context: { ...context }, analyticsReporting: false, outdir });
  const stack = new ImsTokenRotatorStack(app, stackId, {
    settings,
    // Under exactOptionalPropertyTypes CDK's class does not satisfy its own interface.
    synthesizer: new DefaultStackSynthesizer({
      fileAssetsBucketName: codeParameters.CodeBucket.placeholder,
      bucketPrefix: '',
      generateBootstrapVersionRule: false,
    }) as IStackSynthesizer,
  });
  return app.synth({ force: true }).getStackArtifact(stack.artifactId).template;
}

/** Archives the assets, and names the archives where the template names the assets. */
async function archiveCode(template: Template, directory: string): Promise<StackTemplate> {
  const archives = new Map<string, Uint8Array>();
  const keys = new Map<unknown, string>();
  const assets = [
    ...propertiesOf(template, 'AWS::Lambda::Function').map(({ Code }) => [projectName, Code]),
    ...propertiesOf(template, 'AWS::Lambda::LayerVersion').map(({ Content }) => [
      `${projectName}-ca`,
      Content,
    ]),
  ] as [string, { readonly S3Key: string }][];
  for (const [prefix, { S3Key }] of assets) {
    const zip = await archive(join(directory, `asset.${S3Key.replace(/\.zip$/, '')}`));
    const name = archiveName(prefix, zip);
    archives.set(name, zip);
    keys.set(S3Key, `${codeParameters.CodePrefix.placeholder}${name}`);
  }
  const replace = (_: string, value: unknown): unknown => keys.get(value) ?? value;
  return { template: JSON.parse(JSON.stringify(template, replace)), archives };
}

function assemble(merged: Template, parameters: Parameters): Template {
  const has = (parameter: string) => ({ 'Fn::Not': [isEmpty(parameter)] });
  const isEmpty = (parameter: string) => ({ 'Fn::Equals': [{ Ref: parameter }, ''] });
  const { Description, Resources, Outputs } = replacePlaceholders(
    nameGroup(merged),
    parameters,
  ) as Template;
  const definitions = Object.entries(parameters).map(([name, { definition }]) => [
    name,
    definition,
  ]);
  return {
    AWSTemplateFormatVersion: '2010-09-09',
    Description,
    Parameters: Object.fromEntries(definitions),
    Rules: {
      OneRecipient: {
        Assertions: [
          {
            Assert: { 'Fn::Or': [isEmpty('AlarmEmail'), isEmpty('AlarmTopicArn')] },
            AssertDescription: 'AlarmEmail conflicts with AlarmTopicArn; give one of them',
          },
        ],
      },
    },
    Conditions: Object.fromEntries(conditions.map((name) => [name, has(name.slice('Has'.length))])),
    Resources,
    Outputs,
  } as Template;
}

/** Acknowledgements of cdk-nag, which reads no template, would be a third of the text. */
function withoutMetadata(template: Template): Template {
  const resources = Object.entries(template.Resources).map(([id, resource]) => {
    const { Metadata: _, ...rest } = resource;
    return [id, rest] as const;
  });
  return { ...template, Resources: Object.fromEntries(resources) };
}

/**
 * CDK names the schedule group after the stack. Here the stack's name is unknown, and may be too long
 * for a group, so its unique id takes the place.
 */
function nameGroup(template: Template): Template {
  const names = propertiesOf(template, 'AWS::Scheduler::ScheduleGroup').map(({ Name }) => Name);
  const unique = { 'Fn::Select': [2, { 'Fn::Split': ['/', { Ref: 'AWS::StackId' }] }] };
  const replace = (_: string, value: unknown): unknown =>
    names.includes(value) ? { 'Fn::Join': ['-', [projectName, unique]] } : value;
  return JSON.parse(JSON.stringify(template, replace));
}
