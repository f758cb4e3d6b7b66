import type { JsonSchema } from '@valibot/to-json-schema';
import { rotatorNamePattern, rotatorNameRule } from '../../core/contract.ts';
import type { ImsTokenRotatorSettings } from '../../infra/ims-token-rotator-settings.ts';

/** A parameter of the template, and the value that stands for it in the stack that is synthesized. */
export interface Parameter {
  readonly placeholder: string | number;
  readonly definition: Readonly<Record<string, unknown>>;
}

export type Parameters = Readonly<Record<string, Parameter>>;

/** The name of the rotator unless it is set: that of the stack that `npx cdk deploy` deploys. */
const rotatorName = 'ImsTokenRotator';

/** The settings that do not change which resources there are, but for the choices that are conditions. */
export function settingParameters(
  settings: ImsTokenRotatorSettings,
  schema: JsonSchema,
): Parameters {
  const { alarms } = settings;
  return {
    RotatorName: {
      placeholder: 'RotatorNamePlaceholder',
      definition: {
        Type: 'String',
        Description:
          'The name of the rotator, in its metrics and in the names of its secrets: another name means other secrets.',
        Default: settings.rotatorName ?? rotatorName,
        AllowedPattern: rotatorNamePattern.source,
        ConstraintDescription: rotatorNameRule,
      },
    },
    AlarmEmail: {
      placeholder: 'alarm-email@example.com',
      definition: {
        ...optional(patternOf(schema, 'alarms', 'emails')),
        Description:
          'The address to mail alarms to, through a topic that is created for it. Not with AlarmTopicArn.',
        Default: alarms?.emails?.[0] ?? '',
      },
    },
    AlarmTopicArn: {
      placeholder: 'arn:aws:sns:us-east-1:000000000000:alarm-topic-placeholder',
      definition: {
        ...optional(patternOf(schema, 'alarms', 'topicArn')),
        Description:
          'The topic to send alarms to. Its policy and its key must let CloudWatch publish. Not with AlarmEmail.',
        Default: alarms?.topicArn ?? '',
      },
    },
    KeyArn: {
      placeholder: 'arn:aws:kms:us-east-1:000000000000:key/00000000-0000-0000-0000-000000000000',
      definition: {
        ...optional(patternOf(schema, 'keyArn')),
        Description:
          'The customer managed key of the secrets, by its ARN. Default: aws/secretsmanager.',
        Default: settings.keyArn ?? '',
      },
    },
    LogRetentionDays: {
      placeholder: 3653,
      definition: {
        Type: 'Number',
        Description: 'Days to keep logs.',
        Default: settings.logRetentionDays ?? 90,
        AllowedValues: at(schema, 'logRetentionDays').enum,
      },
    },
    ...networkParameters(settings),
  };
}

/** VPCs differ between accounts, so a template for a VPC has its ids as parameters. */
function networkParameters({
  vpcId,
  subnetIds = [],
  securityGroupIds,
}: ImsTokenRotatorSettings): Parameters {
  if (vpcId === undefined) return {};
  return {
    VpcId: {
      placeholder: 'vpc-00000000000000000',
      definition: {
        Type: 'AWS::EC2::VPC::Id',
        Description:
          'The VPC to run the function in. It needs routes to Adobe IMS and to Secrets Manager.',
        Default: vpcId,
      },
    },
    SubnetIds: {
      placeholder: 'subnet-00000000000000000',
      definition: {
        Type: 'List<AWS::EC2::Subnet::Id>',
        Description: 'The private subnets of the VPC to use.',
        Default: subnetIds.join(','),
      },
    },
    ...(securityGroupIds !== undefined && {
      SecurityGroupIds: {
        placeholder: 'sg-00000000000000000',
        definition: {
          Type: 'List<AWS::EC2::SecurityGroup::Id>',
          Description: "The function's security groups in the VPC.",
          Default: securityGroupIds.join(','),
        },
      },
    }),
  };
}

/**
 * Where the zip files are. Their names are no parameters: an update that does not give a parameter
 * keeps its value, and so would keep the old code.
 */
export const codeParameters = {
  CodeBucket: {
    placeholder: 'code-bucket-placeholder',
    definition: {
      Type: 'String',
      Description: 'The S3 bucket with the zip files, in the Region of the stack.',
      AllowedPattern: '^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$',
    },
  },
  CodePrefix: {
    placeholder: 'code-prefix-placeholder/',
    definition: {
      Type: 'String',
      Description: 'The prefix of their keys in CodeBucket, empty or with a slash at its end.',
      AllowedPattern: '^$|^[A-Za-z0-9][A-Za-z0-9_./-]*/$',
      Default: '',
    },
  },
} satisfies Parameters;

function optional(pattern: string): object {
  return { Type: 'String', AllowedPattern: `^$|${pattern}` };
}

function patternOf(schema: JsonSchema, ...path: readonly string[]): string {
  const found = at(schema, ...path);
  const { pattern } = found.type === 'array' ? (found.items as JsonSchema) : found;
  if (pattern === undefined) throw new Error(`${path.join('.')} has no pattern`);
  return pattern;
}

function at(schema: JsonSchema, ...path: readonly string[]): JsonSchema {
  return path.reduce((outer, key) => outer.properties?.[key] as JsonSchema, schema);
}
