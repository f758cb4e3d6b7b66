import { App, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { ManagedPolicy, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import {
  AwsSolutionsChecks,
  HIPAASecurityChecks,
  type NagPack,
  NIST80053R4Checks,
  NIST80053R5Checks,
  PCIDSS321Checks,
  ServerlessChecks,
} from 'cdk-nag';
import { describe, expect, it } from 'vitest';
import { ImsTokenRotator } from '../../infra/index.ts';
import { read } from '../support/document.ts';
import { stackWithEnv } from './full-rotator.ts';
import { hardenedRotator, packs, plainRotator, ruleOf, solvedByProps } from './hardened-rotator.ts';

const nag: Readonly<Record<(typeof packs)[number], new (app: App) => NagPack>> = {
  AwsSolutionsChecks,
  HIPAASecurityChecks,
  NIST80053R4Checks,
  NIST80053R5Checks,
  PCIDSS321Checks,
  ServerlessChecks,
};

/** The findings of a pack of cdk-nag 3, each with the path of its resource. */
function findingsOf(pack: (typeof packs)[number], app: App): readonly string[] {
  const { violations } = new nag[pack](app).validateScope(app);
  return violations.flatMap(({ ruleName, violatingResources }) =>
    violatingResources.map(({ constructPath }) => `${ruleName} ${constructPath}`),
  );
}

describe('cdk-nag 3', () => {
  it.each(packs)('finds nothing with %s in a rotator with the props that it demands', (pack) => {
    const app = new App();
    hardenedRotator(stackWithEnv(app));
    expect(findingsOf(pack, app)).toEqual([]);
  });

  it('finds nothing with AwsSolutions in a rotator without props, wherever it is deployed', () => {
    const app = new App();
    plainRotator(new Stack(app, 'S'));
    expect(findingsOf('AwsSolutionsChecks', app)).toEqual([]);
  });

  it('finds in a rotator without props only what props solve', () => {
    const app = new App();
    plainRotator(stackWithEnv(app));
    const rules = packs.flatMap((pack) => findingsOf(pack, app)).map((one) => ruleOf(one));
    const names = rules.map((rule) => rule.split(' ')[0]);
    expect(new Set(names)).toEqual(new Set(Object.keys(solvedByProps)));
  });

  it('still finds what an app adds to the role', () => {
    const app = new App();
    const rotator = new ImsTokenRotator(stackWithEnv(app), 'Rotator', { tracing: true });
    const statement = new PolicyStatement({ actions: ['s3:GetObject'], resources: ['*'] });
    rotator.role.addToPrincipalPolicy(statement);
    expect(findingsOf('AwsSolutionsChecks', app)).toEqual([
      'AwsSolutions-IAM5[Resource::*] Apps/Rotator/Function/Permissions/Role/DefaultPolicy/Resource',
    ]);
    const policy = ManagedPolicy.fromAwsManagedPolicyName('ReadOnlyAccess');
    rotator.role.addManagedPolicy(policy);
    expect(findingsOf('AwsSolutionsChecks', app).join()).toContain('AwsSolutions-IAM4');
  });
});

it('acknowledges findings for cdk-nag 2 with reasons in the template that it can read', () => {
  const stack = stackWithEnv();
  hardenedRotator(stack);
  const resources: Record<string, { Metadata?: { cdk_nag?: { rules_to_suppress: object[] } } }> =
    Template.fromStack(stack).toJSON()['Resources'];
  const suppressions = Object.values(resources).flatMap(
    ({ Metadata }) => Metadata?.cdk_nag?.rules_to_suppress ?? [],
  );
  expect(suppressions.length).toBeGreaterThan(30);
  for (const suppression of suppressions) {
    // Text beyond Latin-1 would have to be encoded.
    expect(suppression).toMatchObject({ reason: expect.stringMatching(/^[ -~]{10,}$/) });
  }
});

it('is documented with the props that satisfy rules', () => {
  const text = read('docs/reference.md');
  for (const [rule, props] of Object.entries(solvedByProps)) {
    expect(text).toContain(`| \`${rule}\` | \`${props.join('`, `')}\``);
  }
});
