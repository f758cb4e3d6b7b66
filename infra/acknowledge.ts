import { type CfnResource, Stack } from 'aws-cdk-lib';
import type { IConstruct } from 'constructs';

/** Findings of cdk-nag that are acceptable, and why. */
export interface Acknowledgement {
  readonly rules: readonly string[];
  /** In ASCII: cdk-nag 2 expects any other text in base64. */
  readonly reason: string;
}

const securityPacks = ['HIPAA.Security', 'NIST.800.53.R4', 'NIST.800.53.R5', 'PCI.DSS.321'];
const rotation = [
  'AwsSolutions-SMG4',
  'HIPAA.Security-SecretsManagerRotationEnabled',
  'NIST.800.53.R5-SecretsManagerRotationEnabled',
];

const nextTick =
  'An event carries no data, and the next tick does the work of a lost one; the alarm EventsDropped reports losses';

export const findings = {
  clientSecretRotation: {
    rules: rotation,
    reason:
      'Adobe issues the value: operators rotate client secrets there, where two are valid at a time, and store them',
  },
  tokenRotation: {
    rules: rotation,
    reason:
      'EventBridge Scheduler drives the renewal, by default at half the lifetime of the token; a rotation schedule cannot check whether a token is due',
  },
  inlinePolicy: {
    rules: securityPacks.map((pack) => `${pack}-IAMNoInlinePolicy`),
    reason:
      'The policy belongs to this one role, is created and deleted with it, and no other principal can be given it',
  },
  functionDeadLetters: {
    rules: ['HIPAA.Security-LambdaDLQ', 'NIST.800.53.R5-LambdaDLQ', 'Serverless-LambdaDLQ'],
    reason: nextTick,
  },
  failureDestination: { rules: ['Serverless-LambdaAsyncFailureDestination'], reason: nextTick },
  ruleDeadLetters: { rules: ['Serverless-EventBusDLQ'], reason: nextTick },
  mailDeadLetters: {
    rules: ['Serverless-SNSRedrivePolicy'],
    reason: 'An alarm whose e-mail is lost stays raised in CloudWatch, and doctor reports it',
  },
} as const satisfies Record<string, Acknowledgement>;

/** The key under which CDK keeps acknowledgements from 2.257 on, and cdk-nag 3 reads them. */
const metadataKey = 'aws:cdk:acknowledged-rules';

/**
 * Acknowledges findings on the resource of a construct, for cdk-nag 3 (metadata of the construct) and
 * cdk-nag 2 (metadata of the resource), so that an app that uses either has nothing to do.
 */
export function acknowledge(construct: IConstruct, ...acknowledgements: Acknowledgement[]): void {
  for (const { rules, reason } of acknowledgements) {
    for (const id of rules) record(construct, { id, reason });
  }
}

/** Acknowledges wildcards in the resources of a policy, each by its exact text. */
export function acknowledgeResources(
  policy: IConstruct,
  resources: readonly string[],
  reason: string,
): void {
  const id = 'AwsSolutions-IAM5';
  for (const resource of resources) {
    const finding = `Resource::${flatten(Stack.of(policy).resolve(resource))}`;
    record(policy, { id, reason, applies_to: [finding] });
  }
}

interface Suppression {
  readonly id: string;
  readonly reason: string;
  readonly applies_to?: readonly string[];
}

function record(construct: IConstruct, suppression: Suppression): void {
  const { id, reason, applies_to: found } = suppression;
  const resource = construct.node.defaultChild as CfnResource | undefined;
  // Role.customizeRoles leaves the resources of roles out.
  if (resource === undefined) return;
  resource.node.addMetadata(metadataKey, {
    [found === undefined ? id : `${id}[${found.join()}]`]: reason,
  });
  const { rules_to_suppress: before = [] } = resource.getMetadata('cdk_nag') ?? {};
  resource.addMetadata('cdk_nag', { rules_to_suppress: [...before, suppression] });
}

/** An intrinsic function as cdk-nag writes it. */
function flatten(value: unknown): string {
  if (typeof value === 'string') return value;
  const { Ref, 'Fn::Join': join } = value as {
    readonly Ref?: string;
    readonly 'Fn::Join'?: readonly [delimiter: string, parts: readonly unknown[]];
  };
  return join === undefined ? `<${Ref}>` : join[1].map(flatten).join(join[0]);
}
