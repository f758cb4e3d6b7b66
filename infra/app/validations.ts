import { readdirSync, readFileSync } from 'node:fs';
import {
  type App,
  Aspects,
  CfnResource,
  CloudFormationValidatePlugin,
  type IAspect,
  type IPolicyValidationPlugin,
  Stack,
  Validations,
} from 'aws-cdk-lib';
import { CfnPolicy } from 'aws-cdk-lib/aws-iam';
import { AwsSolutionsChecks } from 'cdk-nag';
import type { IConstruct } from 'constructs';

const guardFolder = new URL('./guard/', import.meta.url);

/** A finding that is not to be acted on, where it may occur, and why. */
interface Acknowledged {
  readonly finding: RegExp;
  /** What the path of the resource ends with. */
  readonly path: RegExp;
  /**
   * All that the policy may allow on every resource.
   *
   * @default - not asked
   */
  readonly actions?: RegExp;
  readonly reason: string;
}

const acknowledged: readonly Acknowledged[] = [
  {
    finding: /^AwsSolutions-SMG4$/,
    path: /\/ClientSecret\/Resource$/,
    reason:
      'Adobe issues the value: its client secrets are rotated there, with two valid at a time, and stored by the operator',
  },
  {
    finding: /^AwsSolutions-SMG4$/,
    path: /\/TokenSecret\/Resource$/,
    reason:
      'EventBridge Scheduler has the value renewed twice in its lifetime; a rotation schedule cannot look before it mints',
  },
  {
    finding: /^AwsSolutions-IAM5\[Resource::arn:.+:secret:[^*]+\/\*\/(client|token)-\?{6}\]$/,
    path: /\/SecretsPolicy\/Resource$/,
    reason:
      'The name is the contract: one statement serves every credential under the prefix of this rotator, also those onboarded at run time; Secrets Manager draws the last six characters',
  },
  {
    finding: /^AwsSolutions-IAM5\[Resource::\*\]$/,
    path: /\/ListPolicy\/Resource$/,
    actions: /^secretsmanager:ListSecrets$/,
    reason: 'ListSecrets takes no resource; the policy has no other action',
  },
  {
    finding: /^AwsSolutions-IAM5\[Resource::\*\]$/,
    path: /\/NetworkPolicy\/Resource$/,
    actions: /^ec2:(\w+NetworkInterfaces?|\w+PrivateIpAddresses|DescribeSubnets)$/,
    reason: 'Lambda makes the network interfaces of a function in a VPC; their ARNs are not known',
  },
  {
    finding: /^AwsSolutions-IAM5\[Resource::\*\]$/,
    path: /\/Role\/DefaultPolicy\/Resource$/,
    actions: /^xray:Put(TraceSegments|TelemetryRecords)$/,
    reason: 'The actions that send traces to X-Ray take no resource',
  },
];

/**
 * Has every synthesis fail on what CDK's own rules (as errors, by the flag in `cdk.json`), those of
 * `guard/` or cdk-nag's AwsSolutions find, but for what is acknowledged here.
 */
export function addValidations(app: App): void {
  const guardRules = readdirSync(guardFolder)
    .filter((name) => name.endsWith('.guard'))
    .map((name) => ({ name, content: readFileSync(new URL(name, guardFolder), 'utf8') }));
  const nag = new AwsSolutionsChecks(app);
  // The class has a version that may be undefined; the interface, under exact optional types, not.
  const rules = new CloudFormationValidatePlugin({ guardRules }) as IPolicyValidationPlugin;
  Validations.of(app).addPlugins(rules, nag);
  Aspects.of(app).add(new Acknowledgements(nag));
}

/**
 * Acknowledges finding by finding: cdk-nag's ids hold the ARN of the finding, and thus the prefix of
 * the secrets, which only the synthesised policy knows.
 */
class Acknowledgements implements IAspect {
  readonly #nag: AwsSolutionsChecks;

  constructor(nag: AwsSolutionsChecks) {
    this.#nag = nag;
  }

  visit(node: IConstruct): void {
    if (!CfnResource.isCfnResource(node)) return;
    const here = acknowledged.filter(({ path }) => path.test(node.node.path));
    if (here.length === 0) return;
    const actions = actionsOnEverything(node);
    for (const { ruleName } of this.#nag.validateScope(node).violations) {
      const known = here.find(
        ({ finding, actions: allowed = /^/ }) =>
          finding.test(ruleName) && actions.every((action) => allowed.test(action)),
      );
      if (known === undefined) continue;
      Validations.of(node).acknowledge({ id: `AwsSolutions::${ruleName}`, reason: known.reason });
    }
  }
}

/** What a policy allows on `*`; nothing of a resource that is no policy. */
function actionsOnEverything(node: CfnResource): readonly string[] {
  if (!(node instanceof CfnPolicy)) return [];
  const document: { readonly Statement: readonly Statement[] } = Stack.of(node).resolve(
    node.policyDocument,
  );
  return document.Statement.filter(({ Resource }) => [Resource].flat().includes('*')).flatMap(
    ({ Action }) => Action,
  );
}

interface Statement {
  readonly Action: string | readonly string[];
  readonly Resource: unknown;
}
