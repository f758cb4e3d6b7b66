import { type App, CfnResource, NestedStack, Stack, Stage } from 'aws-cdk-lib';
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import type { Construct } from 'constructs';
import { describe, expect, it, vi } from 'vitest';
import { ImsTokenRotatorStack } from '../../../infra/ims-token-rotator-stack.ts';
import { parseSettings } from '../../../infra/settings.ts';
import { synthesise } from './validated-app.ts';

vi.stubEnv('CDK_VALIDATION', 'true');

describe('an app with stages', () => {
  const build = (more: (stack: Stack) => void) => (app: App) => {
    const settings = parseSettings(app.node.tryGetContext('ims-token-rotator'));
    const stage = new Stage(app, 'Prod');
    more(new ImsTokenRotatorStack(stage, 'S', { settings }));
    more(new ImsTokenRotatorStack(new Stage(stage, 'Nested'), 'S', { settings }));
  };

  it('passes with the same findings acknowledged in each stage', () => {
    const { passed, errors, acknowledged } = synthesise(build(() => undefined));
    expect(errors).toEqual([]);
    expect(passed).toBe(true);
    expect(acknowledged.filter(({ path }) => path.startsWith('Prod/S/'))).toHaveLength(5);
    expect(acknowledged.filter(({ path }) => path.startsWith('Prod/Nested/S/'))).toHaveLength(5);
  });

  it('fails for what is wrong within a stage', () => {
    const { passed, errors } = synthesise(build((stack) => void new Secret(stack, 'Bad')));
    expect(passed).toBe(false);
    const paths = errors.map(({ rule, path }) => `${rule} ${path}`);
    for (const stage of ['Prod', 'Prod/Nested']) {
      expect(paths).toContain(`SECRETS_ARE_CREATED_EMPTY ${stage}/S/Bad/Resource`);
      expect(paths).toContain(`AwsSolutions-SMG4 ${stage}/S/Bad/Resource`);
    }
  });
});

/** A nested stack, with another within it. */
function nest(scope: Construct, fill: (stack: NestedStack) => void): void {
  const outer = new NestedStack(scope, 'Outer');
  for (const stack of [outer, new NestedStack(outer, 'Inner')]) fill(stack);
}

describe('an app with nested stacks', () => {
  it('fails for what is wrong within it, in a stage and in another nested stack too', () => {
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

  it('passes if nothing is wrong', () => {
    const { passed, errors } = synthesise((app: App) =>
      nest(new Stack(app, 'S'), (stack) => {
        const properties = { RetentionInDays: 90 };
        new CfnResource(stack, 'Log', { type: 'AWS::Logs::LogGroup', properties });
      }),
    );
    expect(errors).toEqual([]);
    expect(passed).toBe(true);
  });
});
