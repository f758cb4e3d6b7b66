import { readdirSync, readFileSync } from 'node:fs';
import {
  type App,
  Aspects,
  CfnResource,
  CloudFormationValidatePlugin,
  type IAspect,
  type IPolicyValidationPlugin,
  Stack,
  Stage,
  Validations,
} from 'aws-cdk-lib';
import { CfnPolicy } from 'aws-cdk-lib/aws-iam';
import { AwsSolutionsChecks } from 'cdk-nag';
import type { IConstruct } from 'constructs';

const guardFolder = new URL('./guard/', import.meta.url);

/** A finding that is acceptable, the places where it is, and why. */
interface Acknowledged {
  readonly finding: RegExp;
  /** Matches the path of the resource. */
  readonly path: RegExp;
  /**
   * The only actions that the policy may allow on `*`.
   *
   * @default - any
   */
  readonly actions?: RegExp | undefined;
  readonly reason: string;
}

const acknowledged: readonly Acknowledged[] = [
  {
    finding: /^AwsSolutions-SMG4$/,
    path: /\/ClientSecret\/Resource$/,
    reason:
      'Adobe issues the value: operators rotate client secrets there, where two are valid at a time, and store them',
  },
  {
    finding: /^AwsSolutions-SMG4$/,
    path: /\/TokenSecret\/Resource$/,
    reason:
      'EventBridge Scheduler drives the renewal, by default at half the token’s lifetime; a rotation schedule cannot check whether a token is due',
  },
  {
    finding: /^AwsSolutions-IAM5\[Resource::arn:.+:secret:[^*]+\/\*\/(client|token)-\?{6}\]$/,
    path: /\/SecretsPolicy\/Resource$/,
    reason:
      'The name is the contract: one statement serves every credential under this rotator’s prefix, including those onboarded at run time; Secrets Manager chooses the last six characters',
  },
  {
    finding: /^AwsSolutions-IAM5\[Resource::\*\]$/,
    path: /\/ListPolicy\/Resource$/,
    actions: /^secretsmanager:ListSecrets$/,
    reason: 'ListSecrets has no resource-level permissions; the policy has no other action',
  },
  {
    finding: /^AwsSolutions-IAM5\[Resource::\*\]$/,
    path: /\/NetworkPolicy\/Resource$/,
    actions: /^ec2:(\w+NetworkInterfaces?|\w+PrivateIpAddresses|DescribeSubnets)$/,
    reason:
      'Lambda creates the network interfaces of a function in a VPC; their ARNs are unknown at deployment',
  },
  {
    finding: /^AwsSolutions-IAM5\[Resource::\*\]$/,
    path: /\/Role\/DefaultPolicy\/Resource$/,
    actions: /^xray:Put(TraceSegments|TelemetryRecords)$/,
    reason: 'The actions that send traces to X-Ray have no resource-level permissions',
  },
];

/**
 * Fails every synthesis that violates a rule of `guard/`, of cdk-nag's AwsSolutions, or of CDK itself
 * (whose rules are errors by a flag in `cdk.json`), unless the finding is acknowledged here. Call it
 * when the app is complete: in a stage that is added later, nothing is acknowledged, and the synthesis
 * fails.
 */
export function addValidations(app: App): void {
  const guardRules = readdirSync(guardFolder)
    .filter((name) => name.endsWith('.guard'))
    .map((name) => ({ name, content: readFileSync(new URL(name, guardFolder), 'utf8') }));
  const nag = new AwsSolutionsChecks(app);
  // Under exactOptionalPropertyTypes CDK's class does not satisfy its own interface.
  const rules = new CloudFormationValidatePlugin({ guardRules }) as IPolicyValidationPlugin;
  Validations.of(app).addPlugins(rules, nag);
  // CDK applies an aspect to no stage below the one it was added to.
  for (const stage of app.node.findAll().filter((node) => Stage.isStage(node))) {
    Aspects.of(stage).add(new Acknowledgements(nag));
  }
}

/**
 * Acknowledges each finding by its full id: cdk-nag's ids contain the ARN found, and so the prefix of
 * the secrets, which only the synthesised policy has.
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
      const match = here.find(
        ({ finding, actions: allowed = /^/ }) =>
          finding.test(ruleName) && actions.every((action) => allowed.test(action)),
      );
      if (match === undefined) continue;
      Validations.of(node).acknowledge({ id: `AwsSolutions::${ruleName}`, reason: match.reason });
    }
  }
}

/** The actions that a policy allows on `*`; none if the resource is not a policy. */
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
