import { type App, CfnResource, NestedStack, Stack, Stage } from 'aws-cdk-lib';
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import type { Construct } from 'constructs';
import { expect, it, vi } from 'vitest';
import { synthesise } from './validated-app.ts';

vi.stubEnv('CDK_VALIDATION', 'true');

/** A nested stack, with another within it. */
function nest(scope: Construct, fill: (stack: NestedStack) => void): void {
  const outer = new NestedStack(scope, 'Outer');
  for (const stack of [outer, new NestedStack(outer, 'Inner')]) fill(stack);
}

it('the validations reach nested stacks, those of stages and of other nested stacks too', () => {
  const bad = (stack: NestedStack): void => {
    new Secret(stack, 'Secret');
    new CfnResource(stack, 'Log', { type: 'AWS::Logs::LogGroup' });
    new CfnResource(stack, 'Topic', { type: 'AWS::SNS::Topic', properties: { Nonsense: 1 } });
  };
  const { passed, errors } = synthesise((app: App) => {
    nest(new Stack(app, 'S'), bad);
    const env = { account: '111122223333', region: 'eu-west-1' };
    nest(new Stack(new Stage(new Stage(app, 'Prod'), 'Eu'), 'S', { env }), bad);
  });
  expect(passed).toBe(false);
  const found = errors.map(({ rule, path }) => `${rule} ${path}`);
  const stacks = ['S', 'Prod/Eu/S'].flatMap((path) => [`${path}/Outer`, `${path}/Outer/Inner`]);
  for (const stack of stacks) {
    expect(found).toContain(`SECRETS_ARE_CREATED_EMPTY ${stack}/Secret/Resource`);
    expect(found).toContain(`LOGS_HAVE_A_RETENTION ${stack}/Log`);
    expect(found).toContain(`AwsSolutions-SMG4 ${stack}/Secret/Resource`);
    // One of CDK's own rules.
    expect(found).toContainEqual(expect.stringMatching(new RegExp(`^[EF]\\d+ ${stack}/Topic$`)));
  }
});

it('what is right in a nested stack passes', () => {
  const { passed, errors } = synthesise((app: App) =>
    nest(new Stack(app, 'S'), (stack) => {
      const properties = { RetentionInDays: 90 };
      new CfnResource(stack, 'Log', { type: 'AWS::Logs::LogGroup', properties });
    }),
  );
  expect(errors).toEqual([]);
  expect(passed).toBe(true);
});
